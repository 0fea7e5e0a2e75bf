using System.Text.Json.Serialization;

namespace Pipeline.Messages.Journal;

/// <summary>Generated serializers of the events. Names in JSON are the members' in camel case: a rename is a change of the stored form.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalEvent))]
internal sealed partial class JournalJsonContext : JsonSerializerContext;
