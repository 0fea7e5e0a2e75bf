using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text.Json;
using Pipeline.Mail.Dns;

namespace Pipeline.Node.CommandLine.Verify;

/// <summary>Verifies what comes as one JSON object a line, and writes one a line, in the same order, each as soon as it is known.</summary>
internal sealed class VerifyBatch(Func<IDnsResolver> defaultResolver, DmarcChoice dmarc, TimeProvider time)
{
    /// <summary>Longer lines are answered with an error and skipped.</summary>
    internal const int MaxLineBytes = 256 * 1024 * 1024;

    private readonly MessageVerification _verification = new();
    private IDnsResolver? _default;

    public async Task RunAsync(Stream input, TextWriter output, CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(input, new StreamPipeReaderOptions(leaveOpen: true));
        var isSkipping = false;
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var buffer = read.Buffer;
            while (TryTakeLine(ref buffer, read.IsCompleted, out var line))
            {
                if (!isSkipping)
                {
                    await AnswerAsync(line.ToArray(), output, cancellationToken);
                }

                isSkipping = false;
            }

            if (buffer.Length > MaxLineBytes)
            {
                if (!isSkipping)
                {
                    await WriteErrorAsync(null, $"the line is longer than {MaxLineBytes} octets", output, cancellationToken);
                }

                isSkipping = true;
                buffer = buffer.Slice(buffer.End);
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                await reader.CompleteAsync();
                return;
            }
        }
    }

    /// <summary>A line ends at LF; the last one may end with the input.</summary>
    private static bool TryTakeLine(ref ReadOnlySequence<byte> buffer, bool isCompleted, out ReadOnlySequence<byte> line)
    {
        line = buffer;
        if (buffer.PositionOf((byte)'\n') is { } end)
        {
            line = buffer.Slice(0, end);
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            return true;
        }

        if (!isCompleted || buffer.IsEmpty)
        {
            return false;
        }

        buffer = buffer.Slice(buffer.End);
        return true;
    }

    private async Task AnswerAsync(byte[] line, TextWriter output, CancellationToken cancellationToken)
    {
        if (line.AsSpan().IndexOfAnyExcept(" \t\r"u8) < 0)
        {
            return;
        }

        JsonElement? id = null;
        try
        {
            // Read apart from the rest, so that an error elsewhere in the line can still be told apart by it.
            using (var document = JsonDocument.Parse(line))
            {
                id = document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("id"u8, out var value)
                    ? value.Clone()
                    : null;
            }

            var request = JsonSerializer.Deserialize(line, VerifyJson.Default.VerifyInput);
            var problem = "the line is not an object";
            if (request is null || ToCase(request, out problem) is not { } verifyCase)
            {
                await WriteErrorAsync(id, problem, output, cancellationToken);
                return;
            }

            var outcome = await _verification.RunAsync(verifyCase, cancellationToken);
            await (outcome.Problem is null
                ? WriteAsync(JsonSerializer.Serialize(VerifyJson.Describe(id, outcome), VerifyJson.Default.VerifyOutput), output, cancellationToken)
                : WriteErrorAsync(id, outcome.Problem, output, cancellationToken));
        }
        catch (JsonException error)
        {
            await WriteErrorAsync(id, $"the line is not the JSON expected here: {error.Message}", output, cancellationToken);
        }
        catch (Exception error) when (error is not (OperationCanceledException or IOException))
        {
            // A defect of ours must not take the lines behind this one with it.
            await WriteErrorAsync(id, $"internal error: {error.GetType().Name}: {error.Message}", output, cancellationToken);
        }
    }

    private VerifyCase? ToCase(VerifyInput input, out string problem)
    {
        problem = "";
        byte[]? message = null;
        if (input.MessageBase64 is { } text && !TryDecode(text, out message))
        {
            problem = "messageBase64 is not base64 text";
            return null;
        }

        IPAddress? client = null;
        if (!string.IsNullOrEmpty(input.Ip) && !VerifyCase.TryParseClient(input.Ip, out client))
        {
            problem = "ip is not an address";
            return null;
        }

        if (!TryReadTime(input.At, out var at))
        {
            problem = "at is neither seconds since 1970 nor a time in ISO 8601";
            return null;
        }

        if (dmarc.OptionsFor(input.DmarcMode, out problem) is not { } judged)
        {
            problem = $"dmarcMode: {problem}";
            return null;
        }

        if (!TryReadZone(input.Dns, out var dns, out problem))
        {
            return null;
        }

        return new VerifyCase
        {
            Message = message,
            Client = client,
            Helo = input.Helo ?? "",
            MailFrom = VerifyCase.ParsePath(input.MailFrom ?? ""),
            At = at,
            Dns = dns,
            Dmarc = judged,
        };
    }

    private bool TryReadZone(JsonElement? zone, out IDnsResolver resolver, out string problem)
    {
        if (zone is { ValueKind: not JsonValueKind.Null } element)
        {
            var isValid = ZoneJson.TryRead(element, out var read, out problem);
            resolver = read;
            return isValid;
        }

        problem = "";
        resolver = _default ??= defaultResolver();
        return true;
    }

    private bool TryReadTime(JsonElement? at, out DateTimeOffset value)
    {
        value = time.GetUtcNow();
        return at switch
        {
            null or { ValueKind: JsonValueKind.Null } => true,
            { ValueKind: JsonValueKind.Number } number => number.TryGetDouble(out var seconds) && VerifyTime.TryFromSeconds(seconds, out value),
            { ValueKind: JsonValueKind.String } text => VerifyTime.TryParse(text.GetString() ?? "", out value),
            _ => false,
        };
    }

    private static bool TryDecode(string text, out byte[]? octets)
    {
        var buffer = new byte[(text.Length / 4 * 3) + 3];
        octets = Convert.TryFromBase64String(text, buffer, out var length) ? buffer[..length] : null;
        return octets is not null;
    }

    private static Task WriteErrorAsync(JsonElement? id, string problem, TextWriter output, CancellationToken cancellationToken) =>
        WriteAsync(JsonSerializer.Serialize(new VerifyError { Id = id, Error = problem }, VerifyJson.Default.VerifyError), output, cancellationToken);

    private static async Task WriteAsync(string line, TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteAsync($"{line}\n".AsMemory(), cancellationToken);
        await output.FlushAsync(cancellationToken);
    }
}
