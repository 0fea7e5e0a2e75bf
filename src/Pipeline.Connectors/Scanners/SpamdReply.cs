using System.Buffers;
using System.Globalization;
using System.Text;
using Pipeline.Mail.Scanning;

namespace Pipeline.Connectors.Scanners;

/// <summary>What a SpamAssassin server answers to REPORT. Source: "The SpamAssassin Network Protocol", versions up to 1.5.</summary>
/// <param name="Verdict">Null when the server could not scan.</param>
/// <param name="Refusal">Then: its code and what it says.</param>
internal sealed record SpamdReply(SpamVerdict? Verdict, string? Refusal)
{
    /// <summary>Octets of the status line and the header.</summary>
    public const int MaxHeaderBytes = 8 * 1024;

    /// <summary>Octets of the report. SpamAssassin's own are some kilobytes long.</summary>
    public const int MaxReportBytes = 64 * 1024;

    public const int MaxBytes = MaxHeaderBytes + MaxReportBytes;

    /// <summary>Digits of a number.</summary>
    public const int MaxDigits = 9;

    /// <summary>Reads a reply from its start; while more is needed, call again with all that has come.</summary>
    /// <param name="ended">Nothing more will come.</param>
    /// <param name="problem">Why it is no reply; empty otherwise.</param>
    public static OperationStatus Parse(ReadOnlySpan<byte> octets, bool ended, out SpamdReply? reply, out string problem)
    {
        var rest = octets;
        if (ReadStatus(ref rest, "SPAMD/"u8, "SpamAssassin", ended, out reply, out problem) is var status && (status != OperationStatus.Done || reply is not null))
        {
            return status;
        }

        int? length = null;
        (decimal Score, decimal Threshold)? scores = null;
        while (true)
        {
            if (!SpamdText.TryTakeLine(ref rest, out var line))
            {
                return More(octets.Length, ended, "it hung up in the middle of its answer", out problem);
            }

            if (line.IsEmpty)
            {
                break;
            }

            if (!TryReadField(line, ref length, ref scores))
            {
                problem = $"\"{SpamdText.Printable(line)}\" is not understood";
                return OperationStatus.InvalidData;
            }
        }

        return ReadReport(rest, ended, length, scores, out reply, out problem);
    }

    /// <summary>Takes the status line.</summary>
    /// <param name="protocol">What it begins with.</param>
    /// <param name="server">Whose protocol that is.</param>
    /// <param name="reply">With <see cref="OperationStatus.Done"/>: a refusal, which is all there is; null when the verdict follows.</param>
    public static OperationStatus ReadStatus(
        ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> protocol, string server, bool ended, out SpamdReply? reply, out string problem)
    {
        (reply, problem) = (null, "");
        var length = rest.Length;
        if (!SpamdText.TryTakeLine(ref rest, out var line))
        {
            return More(length, ended, "it hung up without an answer", out problem);
        }

        if (!SpamdText.TryReadStatus(line, protocol, out var code, out var text))
        {
            problem = $"\"{SpamdText.Printable(line)}\" is no answer of {server}";
            return OperationStatus.InvalidData;
        }

        reply = code == 0 ? null : new SpamdReply(null, text.IsEmpty ? $"code {code}" : $"code {code} {SpamdText.Printable(text)}");
        return OperationStatus.Done;
    }

    /// <summary>The header is not whole yet.</summary>
    /// <param name="length">Octets so far.</param>
    /// <param name="atEnd">What is wrong with it when nothing more will come.</param>
    public static OperationStatus More(int length, bool ended, string atEnd, out string problem)
    {
        if (length > MaxHeaderBytes)
        {
            problem = $"the header of the answer is longer than {MaxHeaderBytes} octets";
            return OperationStatus.InvalidData;
        }

        problem = ended ? atEnd : "";
        return ended ? OperationStatus.InvalidData : OperationStatus.NeedMoreData;
    }

    private static OperationStatus ReadReport(
        ReadOnlySpan<byte> rest, bool ended, int? length, (decimal Score, decimal Threshold)? scores, out SpamdReply? reply, out string problem)
    {
        (reply, problem) = (null, "");
        if (scores is not { } found)
        {
            problem = "the answer has no score";
            return OperationStatus.InvalidData;
        }

        if ((length ?? rest.Length) > MaxReportBytes)
        {
            problem = $"the report is longer than {MaxReportBytes} octets";
            return OperationStatus.InvalidData;
        }

        if (length is null ? !ended : rest.Length < length)
        {
            problem = ended ? "it hung up in the middle of its report" : "";
            return ended ? OperationStatus.InvalidData : OperationStatus.NeedMoreData;
        }

        reply = new SpamdReply(new SpamVerdict(found.Score, found.Threshold, SpamdText.Lines(rest[..(length ?? rest.Length)])), null);
        return OperationStatus.Done;
    }

    /// <summary>Fields that are not known are passed over, as the protocol asks.</summary>
    private static bool TryReadField(ReadOnlySpan<byte> line, ref int? length, ref (decimal, decimal)? scores)
    {
        var colon = line.IndexOf((byte)':');
        if (colon < 1)
        {
            return false;
        }

        var name = line[..colon].Trim((byte)' ');
        var value = line[(colon + 1)..].Trim((byte)' ');
        if (Ascii.EqualsIgnoreCase(name, "content-length"u8))
        {
            if (value.Length is 0 or > MaxDigits || !int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var octets))
            {
                return false;
            }

            length = octets;
        }
        else if (Ascii.EqualsIgnoreCase(name, "spam"u8))
        {
            if (!TryReadScores(value, out var found))
            {
                return false;
            }

            scores = found;
        }

        return true;
    }

    /// <summary><c>True ; 15.0 / 5.0</c>. The word says what the numbers say. What rspamd writes behind another solidus is passed over.</summary>
    public static bool TryReadScores(ReadOnlySpan<byte> value, out (decimal Score, decimal Threshold) scores)
    {
        scores = default;
        var semicolon = value.IndexOf((byte)';');
        var slash = value.IndexOf((byte)'/');
        if (semicolon < 1 || slash < semicolon || !SpamdText.TryReadNumber(value[(semicolon + 1)..slash].Trim((byte)' '), out var score))
        {
            return false;
        }

        var behind = value[(slash + 1)..];
        var second = behind.IndexOf((byte)'/');
        if (!SpamdText.TryReadNumber((second < 0 ? behind : behind[..second]).Trim((byte)' '), out var threshold))
        {
            return false;
        }

        scores = (score, threshold);
        return true;
    }
}
