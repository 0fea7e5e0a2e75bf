using System.Text.Json.Serialization;

namespace Pipeline.Node.Admin;

/// <summary>What a running node says of itself.</summary>
/// <param name="Draining">No new mail is taken; the node stops when what it has begun is done.</param>
internal sealed record NodeStatus(
    string Name,
    string Version,
    string PolicyFile,
    long PolicyNumber,
    DateTimeOffset StartedAt,
    IReadOnlyList<string> Listening,
    long Queued,
    long QueuedRecipients,
    long Claimed,
    bool Draining);

/// <summary>The answer to an order.</summary>
internal sealed record OrderResult(bool Done, string Text);

[JsonSerializable(typeof(NodeStatus))]
[JsonSerializable(typeof(OrderResult))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class AdminJson : JsonSerializerContext;
