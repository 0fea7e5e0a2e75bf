using System.Text;
using Pipeline.Mail.Scanning;

namespace Pipeline.Connectors.Scanners;

/// <summary>Reads the answer of dccifd (dccifd(8)): a line with the result for all, one with a letter for each recipient, the <c>X-DCC-…</c> field, and an empty line.</summary>
internal static class DccReply
{
    /// <summary>Octets of the longest answer: a letter for each of very many recipients, and a field.</summary>
    public const int MaxBytes = 64 * 1024;

    private const int MaxHeaderBytes = 4 * 1024;

    /// <param name="octets">All that came.</param>
    /// <returns>Null when nothing did. A field that is not whole, or not DCC's own, is none.</returns>
    public static DccVerdict? Parse(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty)
        {
            return null;
        }

        var rest = octets;
        var first = TakeLine(ref rest);
        TakeLine(ref rest);
        return new DccVerdict(first.IsEmpty ? ' ' : (char)first[0], Header(rest), SpamdText.Printable(first));
    }

    private static string Header(ReadOnlySpan<byte> rest)
    {
        if (!rest.StartsWith("X-DCC"u8) || !rest.Contains((byte)':'))
        {
            return "";
        }

        var text = new StringBuilder();
        for (var more = true; more && text.Length < MaxHeaderBytes; more = rest.Length > 0 && rest[0] is (byte)' ' or (byte)'\t')
        {
            text.Append(SpamdText.Lines(TakeLine(ref rest))).Append('\n');
        }

        return text.Length <= MaxHeaderBytes ? text.ToString() : "";
    }

    /// <summary>Up to the next LF, or to the end; without CR.</summary>
    private static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)'\n');
        var line = (end < 0 ? rest : rest[..end]).TrimEnd((byte)'\r');
        rest = end < 0 ? [] : rest[(end + 1)..];
        return line;
    }
}
