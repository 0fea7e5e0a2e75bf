using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Pipeline.Mail.Scanning;

/// <summary>What a verdict server wants done with a message for some of its recipients. Texts have one char for each octet.</summary>
/// <param name="Recipients">Whom it is about, as the envelope names them.</param>
/// <param name="Deliver">False when they are not to get the message at all.</param>
/// <param name="Location">Where they are to get it instead of the usual place; null for the usual place. What it means is between the server and the routers: a header field, a folder.</param>
/// <param name="Rules">The numbers of the rules that fired, greater than zero.</param>
/// <param name="Problem">Why the server could not judge; null when it could. Such a message is delivered as usual.</param>
public sealed record BmiVerdict(
    ImmutableArray<string> Recipients, bool Deliver, string? Location, ImmutableArray<int> Rules, string? Problem = null)
{
    /// <summary>Whether they get the message at all.</summary>
    [JsonIgnore]
    public bool IsDelivered => Deliver || Problem is not null;

    /// <summary>Where else than usual; null for the usual place, and when it is not delivered.</summary>
    [JsonIgnore]
    public string? Alternate => Deliver && Problem is null ? Location : null;

    public bool HasFired(int rule) => Problem is null && Rules.Contains(rule);
}
