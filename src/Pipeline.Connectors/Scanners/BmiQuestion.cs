using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Scanning;
using Pipeline.Policy.Expansion;

namespace Pipeline.Connectors.Scanners;

/// <summary>The question that verdict servers are asked, in JSON: how the message came (docs/verdict-protocol.md). The message itself is another part of the request.</summary>
internal sealed record BmiQuestion(
    string Id,
    string? ClientAddress,
    string? ClientName,
    string? Helo,
    string? AuthenticatedId,
    string Sender,
    IReadOnlyList<BmiQuestionRecipient> Recipients,
    int RecipientCount)
{
    private static readonly char[] OptInSeparators = [':', ','];

    public static HttpContent ToContent(ScanJob job, HttpContent message)
    {
        var envelope = job.Envelope ?? new ScanEnvelope("", [], 0, null, null, null, null);
        var question = new BmiQuestion(
            job.Message,
            envelope.ClientAddress,
            envelope.ClientName,
            Text(envelope.Helo),
            Text(envelope.AuthenticatedId),
            OctetString.ToText(envelope.Sender),
            [.. envelope.Recipients.Select(recipient => new BmiQuestionRecipient(OctetString.ToText(recipient), OptIn(envelope, recipient)))],
            envelope.RecipientCount);
        var json = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(question, BmiQuestionJson.Default.BmiQuestion));
        json.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        message.Headers.ContentType = new MediaTypeHeaderValue("message/rfc822");
        return new MultipartFormDataContent
        {
            { json, "envelope" },
            { message, "message", "message.eml" },
        };
    }

    private static string[] OptIn(ScanEnvelope envelope, string recipient) => envelope.OptIns?.GetValueOrDefault(recipient) is { } features
        ? [.. features.Split(OptInSeparators, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(OctetString.ToText)]
        : [];

    private static string? Text(string? octets) => octets is null ? null : OctetString.ToText(octets);
}

/// <param name="OptIn">What the recipient has opted in to; empty when the server is to know by itself.</param>
internal sealed record BmiQuestionRecipient(string Address, IReadOnlyList<string> OptIn);

[JsonSerializable(typeof(BmiQuestion))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class BmiQuestionJson : JsonSerializerContext;
