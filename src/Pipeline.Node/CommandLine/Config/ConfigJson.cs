using System.Text.Json.Serialization;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Config;

/// <summary>An entry of the history as programs read it.</summary>
internal sealed record PolicyRecordJson(int Number, string Digest, DateTimeOffset At, string By, string? Note, int? RestoredFrom);

/// <param name="Text">Null for a file that must not be there. Hidden values are masked.</param>
internal sealed record PolicyFileJson(string Name, long? Octets, string? Text);

internal sealed record PolicyJson(PolicyRecordJson Policy, string Main, IReadOnlyList<PolicyFileJson> Files);

/// <param name="Switched">Whether the node runs the policy that is asked about.</param>
internal sealed record NodePolicyJson(string Node, long Epoch, int Number, int Wanted, bool Switched, bool Runs, string? Problem, DateTimeOffset At);

/// <param name="Result">published, unchanged, overtaken or refused.</param>
internal sealed record PublicationJson(string Result, PolicyRecordJson? Policy, IReadOnlyList<string> Problems, IReadOnlyList<NodePolicyJson> Nodes);

internal sealed record PolicyStatusJson(int Current, bool Differ, IReadOnlyList<NodePolicyJson> Nodes);

internal sealed record PolicyDiffJson(int From, int To, string Diff);

internal static class ConfigJson
{
    public static PolicyRecordJson Of(PolicyRecord record) => new(record.Number, record.Digest, record.At, record.By, record.Note, record.RestoredFrom);

    public static NodePolicyJson Of(NodePolicy node, int number) =>
        new(node.Node, node.Epoch, node.Number, node.Wanted, node.Number == number, node.Runs, node.Problem, node.At);
}

[JsonSerializable(typeof(PolicyRecordJson))]
[JsonSerializable(typeof(PolicyJson))]
[JsonSerializable(typeof(PublicationJson))]
[JsonSerializable(typeof(PolicyStatusJson))]
[JsonSerializable(typeof(PolicyDiffJson))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class ConfigJsonContext : JsonSerializerContext;
