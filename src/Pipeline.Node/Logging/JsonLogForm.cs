using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.Logging;

/// <summary>One JSON object for each line: an event of a message's journal with its members, or a text.</summary>
/// <remarks>
/// <c>{"at":"2026-11-22T12:00:00.123456Z","id":"…","event":"delivered","detail":{…}}</c>, where the event has the name that journals keep it under, and
/// <c>{"at":"…","text":"…"}</c>. The reject log has the texts of refusals, with the header of the message where there was one.
/// </remarks>
internal sealed class JsonLogForm(TimeProvider time) : ILogForm
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _line = new();
    private bool _withHeader = true;

    public void Use(LogPlan plan) => _withHeader = plan.Selection.Has("rejected_header");

    public void Add(MailLogEntry entry, LogBatch batch)
    {
        switch (entry)
        {
            case MailLogEntry.Accepted accepted:
                AddEvents(accepted.Id, accepted.Journal, batch);
                break;
            case MailLogEntry.Changed changed:
                AddEvents(changed.Id, changed.Journal, batch);
                foreach (var notification in changed.Notifications)
                {
                    AddEvents(notification.Id, notification.Journal, batch);
                }

                break;
            case MailLogEntry.Line line:
                foreach (var log in LogBatch.Logs.Where(log => line.Logs.HasFlag(log)))
                {
                    AddText(log, line.At, line.Text, log == PolicyLogTarget.Reject && _withHeader ? line.Rejected : null, batch);
                }

                break;
        }
    }

    public void AddLoss(long entries, LogBatch batch) =>
        AddText(PolicyLogTarget.Main, time.GetUtcNow(), $"{entries} entries are missing here: this log could not be written as fast as they came", null, batch);

    private void AddEvents(MessageId id, IEnumerable<JournalEntry> journal, LogBatch batch)
    {
        foreach (var (_, at, what) in journal)
        {
            Write(PolicyLogTarget.Main, batch, json =>
            {
                json.WriteString("at"u8, at.UtcDateTime);
                json.WriteString("id"u8, id.ToString());
                json.WriteString("event"u8, JournalJson.ManifestOf(what));
                json.WritePropertyName("detail"u8);
                JournalJson.WriteEvent(json, what);
            });
        }
    }

    private void AddText(PolicyLogTarget log, DateTimeOffset at, string text, RejectedContent? rejected, LogBatch batch) => Write(log, batch, json =>
    {
        json.WriteString("at"u8, at.UtcDateTime);
        json.WriteString("text"u8, text);
        if (rejected is null)
        {
            return;
        }

        json.WriteString("sender"u8, rejected.Sender);
        json.WriteStartArray("recipients"u8);
        foreach (var recipient in rejected.Recipients)
        {
            json.WriteStringValue(recipient);
        }

        json.WriteEndArray();
        json.WriteString("header"u8, Encoding.UTF8.GetString(rejected.Header.Span));
    });

    private void Write(PolicyLogTarget log, LogBatch batch, Action<Utf8JsonWriter> members)
    {
        using (var json = new Utf8JsonWriter(_line, Options))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        batch[log].Append(Encoding.UTF8.GetString(_line.WrittenSpan)).Append('\n');
        batch.MainLines += log == PolicyLogTarget.Main ? 1 : 0;
        _line.ResetWrittenCount();
    }
}
