using System.Text.Json.Serialization;
using Pipeline.Actors.Receipt;
using Pipeline.Kernel.Inspection;
using Pipeline.Policy.Acl;

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
/// <param name="Unknown">It was about a message that is not in the queue.</param>
internal sealed record OrderResult(bool Done, string Text, bool Unknown = false);

/// <summary>What a program says before its SMTP session (<c>-bs</c>).</summary>
internal sealed record LocalSession(LocalClaims? Claims, LocalDelivery Delivery);

/// <summary>What became of a message that a local program handed over.</summary>
/// <param name="Code">Of the reply that SMTP would give.</param>
/// <param name="RefusedBy">The ACL that said no, by its main option; null when the message was taken, or refused for another reason.</param>
internal sealed record MessageAnswer(int Code, string Text, string? RefusedBy)
{
    [JsonIgnore]
    public bool IsPositive => Code is >= 200 and < 300;

    public static MessageAnswer Of(LocalReceiptEnd end) =>
        new(end.Reply.Code, end.Reply.Text, end.RefusedBy is { } point ? AclPointTraits.Of(point).Option : null);
}

/// <summary>Why a request was refused (RFC 9457).</summary>
internal sealed record AdminProblem(int Status, string Title, string Detail);

/// <param name="Description">What the actor says of itself; null when it says nothing.</param>
/// <param name="Silent">It was asked and took no turn: it is in a handler that has not ended.</param>
internal sealed record InspectedActor(ActorSnapshot Actor, string? Description, bool Silent);

/// <summary>How a node is.</summary>
/// <param name="Live">It works: its actors take turns and its store answers. A node that is not live should be restarted.</param>
/// <param name="Ready">It is live, takes mail and can store it. A node that is not ready should get no connections.</param>
/// <param name="Problems">Why not; empty when ready.</param>
internal sealed record HealthReport(string Name, bool Live, bool Ready, IReadOnlyList<string> Problems);

[JsonSerializable(typeof(NodeStatus))]
[JsonSerializable(typeof(OrderResult))]
[JsonSerializable(typeof(LocalMessage))]
[JsonSerializable(typeof(LocalSession))]
[JsonSerializable(typeof(MessageAnswer))]
[JsonSerializable(typeof(AdminProblem))]
[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(ActorSnapshot))]
[JsonSerializable(typeof(ActorSystemSnapshot))]
[JsonSerializable(typeof(InspectedActor))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
internal sealed partial class AdminJson : JsonSerializerContext;
