using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.State;

/// <summary>Generated serializers of stored state. Names in JSON are the members' in camel case: a rename is a change of the stored form.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(MessageDocument))]
[JsonSerializable(typeof(ImmutableArray<RecipientState>))]
[JsonSerializable(typeof(RecipientState[]))]
[JsonSerializable(typeof(RetryHint))]
internal sealed partial class StorageJsonContext : JsonSerializerContext;
