using System.Text;
using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Smtp;

/// <summary>Splits <c>FROM:&lt;path&gt;</c> or <c>TO:&lt;path&gt;</c> from the parameters behind it.</summary>
internal static class PathArgument
{
    /// <summary>Finds the path after <paramref name="prefix"/> (such as <c>FROM:</c>).</summary>
    /// <param name="path">The path with its angle brackets.</param>
    /// <param name="rest">What follows the path.</param>
    public static bool TrySplit(ReadOnlySpan<byte> argument, ReadOnlySpan<byte> prefix, out ReadOnlySpan<byte> path, out ReadOnlySpan<byte> rest)
    {
        path = [];
        rest = [];
        if (argument.Length < prefix.Length || !Ascii.EqualsIgnoreCase(argument[..prefix.Length], prefix))
        {
            return false;
        }

        // A blank after the colon is not in the grammar, but Microsoft Outlook and countless scripts send one.
        ReadOnlySpan<byte> afterPrefix = argument[prefix.Length..].TrimStart(" \t"u8);
        int length = MeasurePath(afterPrefix);
        if (length < 0)
        {
            return false;
        }

        path = afterPrefix[..length];
        rest = afterPrefix[length..];
        return true;
    }

    /// <summary>The length of the bracketed path at the start, minding quoted strings; -1 when there is none.</summary>
    private static int MeasurePath(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] != '<')
        {
            return -1;
        }

        bool quoted = false;
        for (int i = 1; i < text.Length; i++)
        {
            switch (text[i])
            {
                case (byte)'\\' when quoted:
                    i++;
                    break;
                case (byte)'"':
                    quoted = !quoted;
                    break;
                case (byte)'>' when !quoted:
                    return i + 1;
                default:
                    break;
            }
        }

        return -1;
    }
}
