using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Mail.Scanning;

/// <summary>
/// A verdict as a text of its own, in Base64, that needs no server to be read again: it waits in the queue with its message, and header fields and routers pass it on.
/// </summary>
/// <remarks>Stored: additive change only; another <see cref="CurrentForm"/> is not read.</remarks>
public static class BmiToken
{
    private const int CurrentForm = 1;

    /// <summary>Characters without which there is no verdict in it.</summary>
    private const int Shortest = 40;

    public static string Write(BmiVerdict verdict) =>
        Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new WrittenVerdict(CurrentForm, verdict), BmiTokenJson.Default.WrittenVerdict));

    /// <summary>Only the rules that fired, for <c>X-Brightmail-Tracker</c>.</summary>
    public static string WriteTracker(BmiVerdict verdict) =>
        Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new WrittenRules(CurrentForm, verdict.Rules), BmiTokenJson.Default.WrittenRules));

    /// <returns>Null when it is none.</returns>
    public static BmiVerdict? Read(string token)
    {
        var octets = new byte[token.Length];
        if (token.Length < Shortest || !Convert.TryFromBase64String(token, octets, out var length))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(octets.AsSpan(0, length), BmiTokenJson.Default.WrittenVerdict)
                is { Form: CurrentForm, Verdict: { Recipients.IsDefault: false, Rules.IsDefault: false } verdict } && !verdict.Recipients.Contains(null!)
                    ? verdict
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

internal sealed record WrittenVerdict(int Form, BmiVerdict Verdict);

internal sealed record WrittenRules(int Form, ImmutableArray<int> Rules);

[JsonSerializable(typeof(WrittenVerdict))]
[JsonSerializable(typeof(WrittenRules))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class BmiTokenJson : JsonSerializerContext;
