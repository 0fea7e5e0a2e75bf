using System.Text;
using Pipeline.Node.CommandLine.Explain;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Queue;

/// <summary>Prints one queued message for a person.</summary>
internal static class MessagePrinter
{
    private const int BufferBytes = 16 * 1024;

    public static async Task PrintAsync(TextWriter output, StoredMessage message, bool body, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync($"message   {message.Id}");
        await output.WriteLineAsync($"received  {EventText.Time(message.ReceivedAt)}");
        await output.WriteLineAsync($"sender    <{message.Envelope.Sender}>");
        await output.WriteLineAsync($"size      {message.Content.HeaderBlock.Length + 2 + message.Content.BodySize}");
        foreach (var recipient in message.Recipients)
        {
            var next = recipient.AwaitsQueueRun ? ", waits for a queue run" : recipient.Status == RecipientStatus.Queued ? $", next try {EventText.Time(recipient.DueAt)}" : "";
            var reason = recipient.LastReason is null ? "" : $": {recipient.LastReason}";
            await output.WriteLineAsync(
                $"recipient {recipient.Index} <{recipient.Address}> {recipient.Status.ToString().ToLowerInvariant()}, {recipient.Attempts} attempts{next}{reason}");
        }

        await output.WriteLineAsync();
        await output.WriteAsync(Encoding.Latin1.GetString(message.Content.HeaderBlock.Span));
        if (!body)
        {
            return;
        }

        await output.WriteLineAsync();
        await using var stream = message.Content.OpenBody();
        using var reader = new StreamReader(stream, Encoding.Latin1, detectEncodingFromByteOrderMarks: false, BufferBytes);
        var buffer = new char[BufferBytes];
        int read;
        while ((read = await reader.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }
}
