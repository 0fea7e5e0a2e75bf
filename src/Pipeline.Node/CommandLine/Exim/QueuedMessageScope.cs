using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Routing;
using Pipeline.Mail.Message;
using Pipeline.Policy.Expansion;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>The message of <c>-Mset ID</c>: a queued one, there for its variables as its delivery would see them.</summary>
internal static class QueuedMessageScope
{
    private const int MaxBody = 64 * 1024 * 1024;

    /// <param name="scope">The scope of the command line; it stands when there is no such message, as it does in Exim.</param>
    /// <returns>Null when the id is none; whatever is wrong has been written to <paramref name="errors"/>.</returns>
    public static async Task<EvaluationScope?> CreateAsync(
        string text, EximConfiguration configuration, EvaluationScope scope, TextWriter errors, CancellationToken cancellationToken)
    {
        if (!MessageId.TryCreate(text, out var id))
        {
            await errors.WriteLineAsync($"exim: malformed message id {text} after -Mset option");
            return null;
        }

        await using var store = await QueueListCommand.OpenAsync(configuration, cancellationToken);
        if (store is null || await store.ReadAsync(id, cancellationToken) is not { } message)
        {
            await errors.WriteLineAsync($"Failed to load message datafile {id}\nFailed to load message {id}");
            return scope;
        }

        var queued = RoutingScope.Create(new ActivePolicy(configuration.Policy, scope.Environment), MessageFacts.Of(message));
        MessageFile.Fill(queued.Message, message.Content.HeaderBlock, await BodyAsync(message, cancellationToken));
        return queued;
    }

    private static async Task<ReadOnlyMemory<byte>> BodyAsync(StoredMessage message, CancellationToken cancellationToken)
    {
        var body = new byte[Math.Min(message.Content.BodySize, MaxBody)];
        await using var stream = message.Content.OpenBody();
        return body.AsMemory(0, await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken));
    }
}
