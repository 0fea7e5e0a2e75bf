using System.Buffers;
using System.Text.Json;
using Pipeline.Messages.Journal;

namespace Pipeline.Node.CommandLine.Explain;

/// <summary>Writes a journal for programs: every event with its time, its manifest, its words and its fields.</summary>
internal static class TimelineJson
{
    public static byte[] Write(string id, IReadOnlyList<JournalEntry> journal, string? recipient)
    {
        var addresses = TimelinePrinter.Addresses(journal);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("id", id);
            writer.WriteStartArray("events");
            foreach (var entry in journal)
            {
                var index = (entry.Event as RecipientEvent)?.Recipient;
                if (recipient is not null && index is { } other && !addresses.GetValueOrDefault(other, "").Contains(recipient, StringComparison.OrdinalIgnoreCase))
                {
                    continue;
                }

                var (name, text) = EventText.Of(entry.Event);
                writer.WriteStartObject();
                writer.WriteNumber("sequence", entry.Sequence);
                writer.WriteString("at", entry.At);
                writer.WriteString("kind", JournalJson.ManifestOf(entry.Event));
                writer.WriteString("step", name);
                writer.WriteString("text", text);
                if (index is { } known)
                {
                    writer.WriteString("recipient", addresses.GetValueOrDefault(known, ""));
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
