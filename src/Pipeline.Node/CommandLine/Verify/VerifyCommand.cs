using System.CommandLine;
using System.Net;
using System.Text.Json;
using Pipeline.Mail.Dns;
using Pipeline.Policy.Acl;

namespace Pipeline.Node.CommandLine.Verify;

/// <summary>The command <c>verify</c>: checks the authentication of stored messages, with real DNS or with a zone from a file.</summary>
internal static class VerifyCommand
{
    private const int Unusable = 2;
    private const long MaxMessageBytes = 512 * 1024 * 1024;

    /// <param name="systemResolver">Makes the resolver that is used where no zone is given.</param>
    /// <param name="openInput">Opens the standard input of the process, for <c>--batch</c>.</param>
    public static Command Create(Func<IDnsResolver> systemResolver, Func<Stream> openInput, TimeProvider time)
    {
        var ip = new Option<string?>("--ip") { Description = "Address of the client that brought the message; without it SPF is not checked" };
        var helo = new Option<string>("--helo") { Description = "Name the client gave in HELO or EHLO", DefaultValueFactory = _ => "" };
        var mailFrom = new Option<string>("--mail-from")
        {
            Description = "Address in MAIL FROM; empty for the null sender, for whom the HELO name is checked",
            DefaultValueFactory = _ => "",
        };
        var dns = new Option<FileInfo?>("--dns") { Description = "Ask this zone (a JSON file) instead of the name servers of the system" };
        var at = new Option<string?>("--at") { Description = "Time of receipt: ISO 8601, or seconds since 1970; default: now" };
        var dmarc = new Option<string>("--dmarc") { Description = $"Judge DMARC by {DmarcChoice.Words}", DefaultValueFactory = _ => DmarcChoice.Usual };
        var tldFile = new Option<FileInfo>("--dmarc-tld-file")
        {
            Description = "The public suffix list, which rfc7489 needs",
            DefaultValueFactory = _ => new FileInfo(PublicSuffixFile.Usual),
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of a report" };
        var batch = new Option<bool>("--batch") { Description = "Read one JSON object a line from standard input, write one a line" };
        var message = new Argument<FileInfo?>("message.eml")
        {
            Description = "The message. A file without any CRLF is taken to be stored with LF line ends, and each LF counts as CRLF; any other file "
                + "is used octet for octet",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("verify", "Verify SPF, DKIM, ARC and DMARC of a stored message, and say why")
        {
            ip, helo, mailFrom, dns, at, dmarc, tldFile, json, batch, message,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (output, errors) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var (resolver, zoneProblem) = await ReadZoneAsync(parsed.GetValue(dns), systemResolver, cancellationToken);
            if (resolver is null)
            {
                return await FailAsync(errors, zoneProblem);
            }

            var choice = new DmarcChoice(parsed.GetValue(dmarc) ?? DmarcChoice.Usual, parsed.GetValue(tldFile)!);
            if (choice.OptionsFor(null, out var dmarcProblem) is not { } judged)
            {
                return await FailAsync(errors, $"--dmarc: {dmarcProblem}");
            }

            if (parsed.GetValue(batch))
            {
                await using var input = openInput();
                await new VerifyBatch(resolver, choice, time).RunAsync(input, output, cancellationToken);
                return 0;
            }

            if (parsed.GetValue(message) is not { } file)
            {
                return await FailAsync(errors, "name a message, or give --batch");
            }

            IPAddress? client = null;
            if (parsed.GetValue(ip) is { } address && !VerifyCase.TryParseClient(address, out client))
            {
                return await FailAsync(errors, $"--ip: {address} is not an address");
            }

            var received = time.GetUtcNow();
            if (parsed.GetValue(at) is { } text && !VerifyTime.TryParse(text, out received))
            {
                return await FailAsync(errors, $"--at: {text} is neither seconds since 1970 nor a time in ISO 8601");
            }

            var (octets, problem) = await ReadMessageAsync(file, cancellationToken);
            if (octets is null)
            {
                return await FailAsync(errors, problem);
            }

            var request = new VerifyCase
            {
                Message = octets,
                Client = client,
                Helo = parsed.GetValue(helo) ?? "",
                MailFrom = VerifyCase.ParsePath(parsed.GetValue(mailFrom) ?? ""),
                At = received,
                Dns = resolver(),
                Dmarc = judged,
            };
            var outcome = await new MessageVerification().RunAsync(request, cancellationToken);
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(outcome.Problem is null
                    ? JsonSerializer.Serialize(VerifyJson.Describe(null, outcome), VerifyJson.Default.VerifyOutput)
                    : JsonSerializer.Serialize(new VerifyError { Error = outcome.Problem }, VerifyJson.Default.VerifyError));
            }
            else
            {
                VerifyReport.Write(file.Name, request, outcome, output);
            }

            return outcome.Problem is null ? 0 : Unusable;
        });
        return command;
    }

    private static async Task<int> FailAsync(TextWriter errors, string problem)
    {
        await errors.WriteLineAsync($"verify: {problem}");
        return Unusable;
    }

    private static async Task<(Func<IDnsResolver>? Resolver, string Problem)> ReadZoneAsync(
        FileInfo? file, Func<IDnsResolver> systemResolver, CancellationToken cancellationToken)
    {
        if (file is null)
        {
            return (systemResolver, "");
        }

        try
        {
            await using var stream = file.OpenRead();
            using var document = await JsonDocument.ParseAsync(stream, cancellationToken: cancellationToken);
            return ZoneJson.TryRead(document.RootElement, out var zone, out var problem) ? (() => zone, "") : (null, $"{file.Name}: {problem}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return (null, $"{file.Name}: {error.Message}");
        }
    }

    private static async Task<(byte[]? Octets, string Problem)> ReadMessageAsync(FileInfo file, CancellationToken cancellationToken)
    {
        try
        {
            return file.Length > MaxMessageBytes
                ? (null, $"{file.Name} is larger than {MaxMessageBytes} octets")
                : (await File.ReadAllBytesAsync(file.FullName, cancellationToken), "");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (null, $"{file.Name}: {error.Message}");
        }
    }
}
