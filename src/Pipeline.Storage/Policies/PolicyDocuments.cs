using System.Text.Json.Serialization;

namespace Pipeline.Storage.Policies;

/// <summary>The stored form of a bundle. Names are frozen; what is added is optional.</summary>
/// <param name="V">1. A reader refuses a higher one.</param>
internal sealed record BundleDocument(int V, string Main, MacroDocument[] Macros, FileDocument[] Files);

internal sealed record MacroDocument(string Name, string Value);

/// <param name="Content">Octets, in base64; null for a file that must not be there.</param>
internal sealed record FileDocument(string Name, string? Content);

/// <summary>A file of a registry in a folder.</summary>
internal sealed record PolicyDocument(
    int Number, string Digest, DateTimeOffset At, string By, string? Note, int? RestoredFrom, BundleDocument Bundle);

/// <summary>What the node of a registry in a folder says of itself.</summary>
internal sealed record NodePolicyDocument(string Node, long Epoch, int Number, int Wanted, string? Problem, DateTimeOffset At);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BundleDocument))]
[JsonSerializable(typeof(PolicyDocument))]
[JsonSerializable(typeof(NodePolicyDocument))]
internal sealed partial class PolicyJsonContext : JsonSerializerContext;
