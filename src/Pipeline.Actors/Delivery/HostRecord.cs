using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Connectors.Ports;

namespace Pipeline.Actors.Delivery;

/// <summary>The stored form of what is remembered of a host that failed: what Exim keeps in its retry database.</summary>
/// <param name="LastInterval">What the retry rule made of it last.</param>
/// <param name="Until">From when on it says nothing any more and may be swept away.</param>
/// <param name="Class">The name of a <see cref="FailureClass"/>.</param>
/// <param name="IsOver">Its retry rule has come to its end.</param>
internal sealed record HostRecord(
    DateTimeOffset FirstFailedAt, DateTimeOffset LastTriedAt, DateTimeOffset NextTryAt, TimeSpan LastInterval, DateTimeOffset Until, string Class, int? Code, bool IsOver, string Reason)
{
    [JsonIgnore]
    public HostTime Time => new(NextTryAt, IsOver, Enum.TryParse<FailureClass>(Class, out var known) ? known : FailureClass.Other, Code ?? 0);

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, HostJsonContext.Default.HostRecord);

    /// <summary>Null for nothing, and for what this version cannot read.</summary>
    public static HostRecord? Read(byte[]? value)
    {
        try
        {
            return value is null ? null : JsonSerializer.Deserialize(value, HostJsonContext.Default.HostRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Names in JSON are the members' in camel case: a rename is a change of the stored form.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HostRecord))]
internal sealed partial class HostJsonContext : JsonSerializerContext;
