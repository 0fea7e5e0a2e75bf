using System.Text.Json.Serialization;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Queue;

/// <summary>A queued message as programs read it.</summary>
internal sealed record QueuedMessageJson(
    string Id, DateTimeOffset ReceivedAt, long Size, string Sender, bool BeingDelivered, bool Frozen, IReadOnlyList<QueuedRecipientJson> Recipients, string? Queue);

internal sealed record QueuedRecipientJson(
    int Index, string Address, string Status, int Attempts, DateTimeOffset? NextTry, string? LastReason, int? Parent);

internal static class QueueJson
{
    public static QueuedMessageJson Of(QueuedMessage message) => new(
        message.Id.ToString(),
        message.ReceivedAt,
        message.Size,
        message.Sender.ToString(),
        message.Claimed,
        QueuePrinter.IsFrozen(message),
        [.. message.Recipients.Select(recipient => new QueuedRecipientJson(
            recipient.Index,
            recipient.Address.ToString(),
            recipient.Status.ToString().ToLowerInvariant(),
            recipient.Attempts,
            recipient.Status == RecipientStatus.Queued && !recipient.AwaitsQueueRun ? recipient.DueAt : null,
            recipient.LastReason,
            recipient.Parent < 0 ? null : recipient.Parent))],
        message.Queue.Length == 0 ? null : message.Queue);
}

[JsonSerializable(typeof(QueuedMessageJson))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class QueueJsonContext : JsonSerializerContext;
