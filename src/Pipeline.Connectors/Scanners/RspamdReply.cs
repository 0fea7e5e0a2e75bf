using System.Buffers;
using Pipeline.Mail.Scanning;

namespace Pipeline.Connectors.Scanners;

/// <summary>What rspamd answers to CHECK of RSPAMC/1.3: a status, the line of its metric, and a report up to the end of the connection.</summary>
/// <remarks>Source: rspamd 3.4 itself, asked with RSPAMC.</remarks>
internal static class RspamdReply
{
    private static ReadOnlySpan<byte> Metric => "Metric: default; "u8;

    private static ReadOnlySpan<byte> Action => "Action: "u8;

    /// <inheritdoc cref="SpamdReply.Parse"/>
    public static OperationStatus Parse(ReadOnlySpan<byte> octets, bool ended, out SpamdReply? reply, out string problem)
    {
        var rest = octets;
        if (SpamdReply.ReadStatus(ref rest, "RSPAMD/"u8, "rspamd", ended, out reply, out problem) is var status && (status != OperationStatus.Done || reply is not null))
        {
            return status;
        }

        if (!SpamdText.TryTakeLine(ref rest, out var line))
        {
            return SpamdReply.More(octets.Length, ended, "it hung up in the middle of its answer", out problem);
        }

        if (!line.StartsWith(Metric) || !SpamdReply.TryReadScores(line[Metric.Length..], out var found))
        {
            problem = $"\"{SpamdText.Printable(line)}\" is not understood";
            return OperationStatus.InvalidData;
        }

        if (rest.Length > SpamdReply.MaxReportBytes)
        {
            problem = $"the report is longer than {SpamdReply.MaxReportBytes} octets";
            return OperationStatus.InvalidData;
        }

        if (!ended)
        {
            return OperationStatus.NeedMoreData;
        }

        // Nothing but its last line end tells a whole report from one that was cut.
        if (!rest.IsEmpty && rest[^1] != '\n')
        {
            problem = "it hung up in the middle of its report";
            return OperationStatus.InvalidData;
        }

        reply = new SpamdReply(new SpamVerdict(found.Score, found.Threshold, SpamdText.Lines(rest), ActionOf(rest)), null);
        return OperationStatus.Done;
    }

    private static string? ActionOf(ReadOnlySpan<byte> report)
    {
        foreach (var range in report.Split((byte)'\n'))
        {
            if (report[range].StartsWith(Action))
            {
                return SpamdText.Printable(report[range][Action.Length..].Trim(" \r"u8));
            }
        }

        return null;
    }
}
