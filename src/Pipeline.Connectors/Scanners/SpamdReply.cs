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

    private const int MaxRefusalText = 200;
    private const int MaxDigits = 9;

    /// <summary>Reads a reply from its start; while more is needed, call again with all that has come.</summary>
    /// <param name="ended">Nothing more will come.</param>
    /// <param name="problem">Why it is no reply; empty otherwise.</param>
    public static OperationStatus Parse(ReadOnlySpan<byte> octets, bool ended, out SpamdReply? reply, out string problem)
    {
        (reply, problem) = (null, "");
        var rest = octets;
        if (!TryTakeLine(ref rest, out var line))
        {
            return More(octets.Length, ended, "it hung up without an answer", ref problem);
        }

        if (!TryReadStatus(line, out var code, out var text))
        {
            problem = $"\"{Printable(line)}\" is no answer of a SpamAssassin server";
            return OperationStatus.InvalidData;
        }

        if (code != 0)
        {
            reply = new SpamdReply(null, text.IsEmpty ? $"code {code}" : $"code {code} {Printable(text)}");
            return OperationStatus.Done;
        }

        int? length = null;
        (decimal Score, decimal Threshold)? scores = null;
        while (true)
        {
            if (!TryTakeLine(ref rest, out line))
            {
                return More(octets.Length, ended, "it hung up in the middle of its answer", ref problem);
            }

            if (line.IsEmpty)
            {
                break;
            }

            if (!TryReadField(line, ref length, ref scores))
            {
                problem = $"\"{Printable(line)}\" is not understood";
                return OperationStatus.InvalidData;
            }
        }

        return ReadReport(rest, ended, length, scores, out reply, out problem);
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

        reply = new SpamdReply(new SpamVerdict(found.Score, found.Threshold, Lines(rest[..(length ?? rest.Length)])), null);
        return OperationStatus.Done;
    }

    private static OperationStatus More(int length, bool ended, string atEnd, ref string problem)
    {
        if (length > MaxHeaderBytes)
        {
            problem = $"the header of the answer is longer than {MaxHeaderBytes} octets";
            return OperationStatus.InvalidData;
        }

        problem = ended ? atEnd : "";
        return ended ? OperationStatus.InvalidData : OperationStatus.NeedMoreData;
    }

    /// <summary>Bare LF ends a line too: servers before 3.0 send it.</summary>
    private static bool TryTakeLine(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        var end = rest[..Math.Min(rest.Length, MaxHeaderBytes)].IndexOf((byte)'\n');
        line = end > 0 && rest[end - 1] == '\r' ? rest[..(end - 1)] : rest[..Math.Max(end, 0)];
        rest = rest[(end + 1)..];
        return end >= 0;
    }

    /// <summary><c>SPAMD/1.1 0 EX_OK</c></summary>
    private static bool TryReadStatus(ReadOnlySpan<byte> line, out int code, out ReadOnlySpan<byte> text)
    {
        code = 0;
        text = default;
        if (!line.StartsWith("SPAMD/"u8) || line.IndexOf((byte)' ') is var blank && blank < 0)
        {
            return false;
        }

        var rest = line[blank..].Trim((byte)' ');
        var digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var number = digits < 0 ? rest : rest[..digits];
        text = digits < 0 ? default : rest[digits..].Trim((byte)' ');
        return number.Length is > 0 and <= MaxDigits && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out code);
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

    /// <summary><c>True ; 15.0 / 5.0</c>. The word says what the numbers say.</summary>
    private static bool TryReadScores(ReadOnlySpan<byte> value, out (decimal Score, decimal Threshold) scores)
    {
        scores = default;
        var semicolon = value.IndexOf((byte)';');
        var slash = value.IndexOf((byte)'/');
        if (semicolon < 1 || slash < semicolon
            || !TryReadNumber(value[(semicolon + 1)..slash].Trim((byte)' '), out var score) || !TryReadNumber(value[(slash + 1)..].Trim((byte)' '), out var threshold))
        {
            return false;
        }

        scores = (score, threshold);
        return true;
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> text, out decimal number)
    {
        number = 0;
        return text.Length is > 0 and <= 2 * MaxDigits
            && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Lines ended by LF, without control characters, and without empty lines at either end.</summary>
    private static string Lines(ReadOnlySpan<byte> report)
    {
        var text = new StringBuilder(report.Length);
        foreach (var octet in report)
        {
            if (octet is (byte)'\n' or (byte)'\t' or >= 0x20 and not 0x7F)
            {
                text.Append((char)octet);
            }
        }

        return text.ToString().Trim('\n');
    }

    private static string Printable(ReadOnlySpan<byte> text) => string.Create(
        Math.Min(text.Length, MaxRefusalText),
        text[..Math.Min(text.Length, MaxRefusalText)],
        static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = source[i] is >= 0x20 and < 0x7F ? (char)source[i] : '?';
            }
        });
}
