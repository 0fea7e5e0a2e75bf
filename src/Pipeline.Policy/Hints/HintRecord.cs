using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Policy.Hints;

/// <summary>The stored form of what conditions of ACLs remember.</summary>
/// <param name="At">When it happened.</param>
/// <param name="Until">From when on it says nothing any more and may be swept away.</param>
/// <param name="Rate">Events in a period; null for what only happened.</param>
public sealed record HintRecord(DateTimeOffset At, DateTimeOffset Until, double? Rate = null)
{
    /// <summary>The kinds of hints that have this form.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [HintKey.RateLimit, HintKey.Unique, HintKey.Seen];

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, HintJsonContext.Default.HintRecord);

    /// <summary>Null for nothing, and for what this version cannot read.</summary>
    public static HintRecord? Read(byte[]? value)
    {
        try
        {
            return value is null ? null : JsonSerializer.Deserialize(value, HintJsonContext.Default.HintRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Names in JSON are the members' in camel case: a rename is a change of the stored form.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HintRecord))]
internal sealed partial class HintJsonContext : JsonSerializerContext;
