using System.Globalization;
using System.Text;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.Logging;

/// <summary>Exim's lines in Exim's frame: <c>date time [zone] [pid] id text</c>.</summary>
internal sealed class EximLogForm(TimeProvider time) : ILogForm
{
    private readonly JournalLines _lines = new(LogSelection.Default, Environment.UserName);
    private readonly List<LogLine> _made = [];
    private string _timeFormat = "";
    private string _process = "";

    public void Use(LogPlan plan)
    {
        _lines.Selection = plan.Selection;
        _timeFormat = (plan.Selection.Has("millisec") ? "yyyy-MM-dd HH:mm:ss.fff" : "yyyy-MM-dd HH:mm:ss") + (plan.WithZone ? " zzz" : "");
        _process = plan.Selection.Has("pid") ? string.Create(CultureInfo.InvariantCulture, $"[{Environment.ProcessId}] ") : "";
    }

    public void Add(MailLogEntry entry, LogBatch batch)
    {
        _lines.Apply(entry, _made);
        foreach (var line in _made)
        {
            foreach (var log in LogBatch.Logs)
            {
                if (line.Logs.HasFlag(log))
                {
                    Append(line, log, batch);
                }
            }
        }

        _made.Clear();
    }

    public void AddLoss(long entries, LogBatch batch)
    {
        _lines.Forget();
        Append(
            new LogLine(time.GetUtcNow(), null, string.Create(CultureInfo.InvariantCulture, $"{entries} entries are missing here: this log could not be written as fast as they came")),
            PolicyLogTarget.Main,
            batch);
    }

    private void Append(LogLine line, PolicyLogTarget log, LogBatch batch)
    {
        var text = batch[log];

        // The zone as Exim writes it, without the colon.
        text.Append(TimeZoneInfo.ConvertTime(line.At, time.LocalTimeZone).ToString(_timeFormat, CultureInfo.InvariantCulture));
        if (_timeFormat[^1] == 'z')
        {
            text.Remove(text.Length - 3, 1);
        }

        text.Append(' ').Append(_process);
        if (line.Id is { } id)
        {
            text.Append(id.ToString()).Append(' ');
        }

        LogEscape.Append(text, line.Text);
        text.Append('\n');
        batch.MainLines += log == PolicyLogTarget.Main ? 1 : 0;
        if (log == PolicyLogTarget.Reject && line.Rejected is { } rejected && _lines.Selection.Has("rejected_header"))
        {
            AppendHeader(text, rejected);
        }
    }

    /// <summary>The envelope and the header of a message that was refused; the reject log alone has them.</summary>
    private static void AppendHeader(StringBuilder text, RejectedContent rejected)
    {
        text.Append("Envelope-from: <");
        LogEscape.Append(text, rejected.Sender);
        text.Append(">\n");
        var name = "Envelope-to: <";
        foreach (var recipient in rejected.Recipients)
        {
            text.Append(name);
            LogEscape.Append(text, recipient);
            text.Append(">\n");
            name = "             <";
        }

        foreach (var line in Encoding.UTF8.GetString(rejected.Header.Span).Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            // Indented, so that nothing of a peer can be taken for a line of the log.
            text.Append("  ");
            LogEscape.Append(text, line);
            text.Append('\n');
        }
    }
}
