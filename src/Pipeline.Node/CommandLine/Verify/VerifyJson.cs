using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Mail.Dmarc;

namespace Pipeline.Node.CommandLine.Verify;

/// <summary>A line of the batch input. Keys not known here are ignored.</summary>
internal sealed record VerifyInput
{
    /// <summary>Any value; it is given back with the result.</summary>
    public JsonElement? Id { get; init; }

    public string? MessageBase64 { get; init; }

    public string? Ip { get; init; }

    public string? Helo { get; init; }

    public string? MailFrom { get; init; }

    /// <summary>Seconds since 1970, or text as <c>--at</c> takes it.</summary>
    public JsonElement? At { get; init; }

    /// <summary>rfc9989 or rfc7489; what the command line says without it.</summary>
    public string? DmarcMode { get; init; }

    /// <summary>A zone as <c>--dns</c> takes it.</summary>
    public JsonElement? Dns { get; init; }
}

/// <summary>A line of the batch output, and what <c>--json</c> prints.</summary>
internal sealed record VerifyOutput
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Id { get; init; }

    /// <summary>Null when SPF was not asked for.</summary>
    public SpfOutput? Spf { get; init; }

    public required IReadOnlyList<DkimOutput> Dkim { get; init; }

    /// <summary>Null when there was no message, or it could not be read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ArcOutput? Arc { get; init; }

    /// <summary>Absent without a message.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DmarcOutput? Dmarc { get; init; }
}

/// <param name="Explanation">What the domain published; empty when it published nothing.</param>
internal sealed record SpfOutput(string Result, string Explanation);

internal sealed record DkimOutput(string Result, string Domain, string Selector, string Reason);

/// <param name="OldestPass">The lowest instance whose message signature, and all above it, verify; 0 when the newest does not.</param>
/// <param name="Domains">d= of the message signatures from instance 1 on, of a chain that passes.</param>
internal sealed record ArcOutput(string Result, int Instances, int OldestPass, IReadOnlyList<string> Domains, string Reason);

/// <param name="Policy">What is to become of the message when it fails, after t= or pct=; null without a record.</param>
/// <param name="Domain">Of the author.</param>
/// <param name="PolicyDomain">Whose record decided.</param>
/// <param name="Queries">Questions that were asked of DNS for it.</param>
internal sealed record DmarcOutput(
    string Result, string? Policy, string Domain, string PolicyDomain, string? OrganizationalDomain, bool SpfAligned, bool DkimAligned, int Queries, string Reason);

/// <summary>What is written for a line that cannot be used.</summary>
internal sealed record VerifyError
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Id { get; init; }

    public required string Error { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(VerifyInput))]
[JsonSerializable(typeof(VerifyOutput))]
[JsonSerializable(typeof(VerifyError))]
internal sealed partial class VerifyJson : JsonSerializerContext
{
    public static VerifyOutput Describe(JsonElement? id, VerifyOutcome outcome) => new()
    {
        Id = id,
        Spf = outcome.Spf is { } spf ? new SpfOutput(spf.Word, spf.IsExplanationPublished ? spf.Explanation ?? "" : "") : null,
        Dkim = [.. outcome.Dkim.Select(d => new DkimOutput(d.Word, d.Domain, d.Selector, d.Reason))],
        Arc = outcome.Arc is { } arc ? new ArcOutput(arc.Word, arc.Instances, arc.OldestPass, arc.Domains, arc.Reason) : null,
        Dmarc = outcome.Dmarc is { } dmarc
            ? new DmarcOutput(
                dmarc.Word,
                dmarc.Record is null ? null : dmarc.Policy.Word,
                dmarc.AuthorDomain,
                dmarc.PolicyDomain,
                dmarc.OrganizationalDomain,
                dmarc.IsSpfAligned,
                dmarc.IsDkimAligned,
                dmarc.Queries,
                dmarc.Reason)
            : null,
    };
}
