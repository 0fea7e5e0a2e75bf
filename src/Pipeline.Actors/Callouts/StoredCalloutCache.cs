using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Policy.Acl.Verification.Callouts;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Callouts;

/// <summary>Keeps what callouts found among the hints of the store: nodes of a cluster share it, and it outlives them.</summary>
/// <remarks>A store that is away costs a callout, never an answer.</remarks>
internal sealed class StoredCalloutCache(IMessageStore store) : ICalloutCache
{
    public const string Prefix = "callout/";

    public async ValueTask<CalloutRecord?> GetAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await store.GetHintAsync(key, cancellationToken) is { } value ? Read(value) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public async ValueTask PutAsync(string key, CalloutRecord record, CancellationToken cancellationToken)
    {
        try
        {
            await store.PutHintAsync(key, Write(record), cancellationToken);
        }
        catch (IOException)
        {
            // Not remembered: the next one asks again.
        }
    }

    public static byte[] Write(CalloutRecord record) => JsonSerializer.SerializeToUtf8Bytes(record, CalloutJsonContext.Default.CalloutRecord);

    /// <summary>Null for what this version cannot read.</summary>
    public static CalloutRecord? Read(byte[] value)
    {
        try
        {
            return JsonSerializer.Deserialize(value, CalloutJsonContext.Default.CalloutRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Names in JSON are the members' in camel case: a rename is a change of the stored form.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CalloutRecord))]
internal sealed partial class CalloutJsonContext : JsonSerializerContext;
