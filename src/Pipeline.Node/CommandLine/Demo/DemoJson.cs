using System.Buffers;
using System.Text.Json;

namespace Pipeline.Node.CommandLine.Demo;

/// <summary>Writes the outcome of a demonstration for programs.</summary>
internal static class DemoJson
{
    /// <param name="folder">Null when it has been removed.</param>
    public static byte[] Write(DemoResult result, string? folder)
    {
        var totals = result.Totals;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("balances", result.Balances);
            writer.WriteNumber("submitted", result.Submitted);
            writer.WriteNumber("octets", result.Octets);
            writer.WriteNumber("seconds", Math.Round(result.Elapsed.TotalSeconds, 3));
            writer.WriteString("folder", folder);
            writer.WriteStartObject("messages");
            writer.WriteNumber("accepted", totals.Messages);
            writer.WriteNumber("refused", totals.MessagesRefused);
            writer.WriteNumber("notifications", totals.Notifications);
            writer.WriteEndObject();
            writer.WriteStartObject("recipients");
            writer.WriteNumber("accepted", totals.Recipients);
            writer.WriteNumber("refused", totals.RecipientsRefused);
            writer.WriteNumber("redirected", totals.Redirected);
            writer.WriteNumber("duplicates", totals.Duplicates);
            writer.WriteNumber("children", totals.Children);
            writer.WriteNumber("delivered", totals.Delivered);
            writer.WriteNumber("failed", totals.Failed);
            writer.WriteNumber("queued", totals.Queued);
            writer.WriteEndObject();
            Counts(writer, "deliveredBy", totals.DeliveredBy);
            Counts(writer, "verified", totals.Checks);
            writer.WriteStartArray("account");
            foreach (var check in result.Checks)
            {
                writer.WriteStartObject();
                writer.WriteString("what", check.What);
                writer.WriteNumber("expected", check.Expected);
                writer.WriteNumber("found", check.Found);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteString("eventful", totals.MostEventful?.Id.ToString());
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Counts(Utf8JsonWriter writer, string name, IEnumerable<KeyValuePair<string, int>> counts)
    {
        writer.WriteStartObject(name);
        foreach (var (key, count) in counts)
        {
            writer.WriteNumber(key, count);
        }

        writer.WriteEndObject();
    }
}
