using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Pipeline.Mail.Addressing;

/// <summary>The two spellings of a local part: bare, and as a quoted string (RFC 5321 section 4.1.2).</summary>
public static class LocalPart
{
    private static readonly SearchValues<char> Atom = SearchValues.Create(AddressOctets.Atom + ".");

    /// <summary>The mailbox name itself: without quotes and the backslashes within them.</summary>
    public static string Unquote(string localPart)
    {
        if (localPart.Length < 2 || localPart[0] != '"' || localPart[^1] != '"')
        {
            return localPart;
        }

        var inner = localPart.AsSpan(1, localPart.Length - 2);
        if (!inner.Contains('\\'))
        {
            return inner.ToString();
        }

        var text = new StringBuilder(inner.Length);
        for (var i = 0; i < inner.Length; i++)
        {
            if (inner[i] == '\\' && i + 1 < inner.Length)
            {
                i++;
            }

            text.Append(inner[i]);
        }

        return text.ToString();
    }

    /// <summary>A spelling of a mailbox name that fits an address: itself, or a quoted string where it needs one.</summary>
    /// <returns>False when it holds control characters, which no address can hold.</returns>
    public static bool TryQuote(string name, [NotNullWhen(true)] out string? localPart)
    {
        localPart = null;
        foreach (var c in name)
        {
            if (char.IsControl(c))
            {
                return false;
            }
        }

        if (IsDotString(name))
        {
            localPart = name;
            return true;
        }

        var text = new StringBuilder(name.Length + 4).Append('"');
        foreach (var c in name)
        {
            if (c is '"' or '\\')
            {
                text.Append('\\');
            }

            text.Append(c);
        }

        localPart = text.Append('"').ToString();
        return true;
    }

    /// <summary>Atoms joined by single dots; characters outside ASCII count as letters (RFC 6531).</summary>
    public static bool IsDotString(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text[0] == '.' || text[^1] == '.' || text.IndexOf("..") >= 0)
        {
            return false;
        }

        foreach (var c in text)
        {
            if (c < 128 ? !Atom.Contains(c) : char.IsControl(c))
            {
                return false;
            }
        }

        return true;
    }
}
