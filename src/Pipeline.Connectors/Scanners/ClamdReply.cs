using System.Buffers;

namespace Pipeline.Connectors.Scanners;

/// <summary>The answer of clamd to one command: what was scanned, a colon, and <c>OK</c>, a name and <c>FOUND</c>, or what went wrong and <c>ERROR</c>; ended by a NUL.</summary>
/// <param name="Malware">One char for each octet; null when nothing was found.</param>
internal readonly record struct ClamdReply(string? Malware)
{
    /// <summary>Octets of the longest answer: a path, a name and a little more.</summary>
    public const int MaxBytes = 8 * 1024;

    private static ReadOnlySpan<byte> Found => " FOUND"u8;

    /// <param name="ended">No more will come.</param>
    /// <param name="problem">Why there is no verdict, in Exim's words.</param>
    /// <returns><see cref="OperationStatus.InvalidData"/> with a problem.</returns>
    public static OperationStatus Parse(ReadOnlySpan<byte> octets, bool ended, out ClamdReply reply, out string problem)
    {
        (reply, problem) = (default, "");
        var end = octets[..Math.Min(octets.Length, MaxBytes)].IndexOf((byte)0);
        if (end < 0 && octets.Length >= MaxBytes)
        {
            problem = "buffer too small";
            return OperationStatus.InvalidData;
        }

        if (end < 0 && !ended)
        {
            return OperationStatus.NeedMoreData;
        }

        var line = (end < 0 ? octets : octets[..end]).TrimEnd("\r\n"u8);
        if (line.IsEmpty)
        {
            problem = "unable to read from socket (EOF)";
            return OperationStatus.InvalidData;
        }

        // The path may have colons in it, the verdict has none but one that stands for its beginning.
        var colon = line.LastIndexOf(": "u8);
        if (colon < 0)
        {
            problem = $"ClamAV returned malformed result (missing colon): {SpamdText.Printable(line)}";
            return OperationStatus.InvalidData;
        }

        var verdict = line[(colon + 2)..].Trim((byte)' ');
        if (verdict.SequenceEqual("OK"u8))
        {
            return OperationStatus.Done;
        }

        if (verdict.Length > Found.Length && verdict.EndsWith(Found))
        {
            reply = new ClamdReply(SpamdText.Printable(verdict[..^Found.Length]));
            return OperationStatus.Done;
        }

        problem = verdict.EndsWith("ERROR"u8)
            ? $"ClamAV returned: {SpamdText.Printable(line)}"
            : $"unparseable response from ClamAV: {{{SpamdText.Printable(line)}}}";
        return OperationStatus.InvalidData;
    }
}
