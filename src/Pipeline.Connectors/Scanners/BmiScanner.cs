using System.Globalization;
using System.Net;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Sockets;
using Pipeline.Mail.Scanning;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Scanning;

namespace Pipeline.Connectors.Scanners;

/// <summary>Asks a verdict server what is to become of a message for each of its recipients, over HTTP (docs/verdict-protocol.md).</summary>
/// <remarks>Begins with any of the servers, so that they share the work; one that has no answer leads to the next, as long as there is time and the message can be sent again.</remarks>
public sealed class BmiScanner(TimeProvider time, Random random) : IMessageScanner
{
    // A connection for each scan, as with the other scanners: none that the server has closed meanwhile makes a message go without its verdicts.
    private static readonly HttpMessageInvoker Http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        PooledConnectionLifetime = TimeSpan.Zero,
    });

    public async Task<ScanOutcome> ScanAsync(ScanJob job, CancellationToken cancellationToken)
    {
        var servers = BmiServerList.Parse(job.Servers, out var problem);
        if (problem.Length > 0)
        {
            return new ScanOutcome.Failed($"bmi: {problem}");
        }

        var began = time.GetTimestamp();
        List<string> reasons = [];
        var first = random.Next(servers.Length);
        for (var i = 0; i < servers.Length; i++)
        {
            var left = job.Deadline - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero || cancellationToken.IsCancellationRequested)
            {
                break;
            }

            var (outcome, isSpent) = await TryAsync(servers[(first + i) % servers.Length], job, i + 1 < servers.Length ? left / 2 : left, cancellationToken);
            if (outcome.Problem is not { } reason)
            {
                return outcome;
            }

            reasons.Add(reason);
            if (isSpent)
            {
                break;
            }
        }

        return new ScanOutcome.Failed(string.Join("; ", reasons.DefaultIfEmpty("the scan was given up")));
    }

    private async Task<(ScanOutcome Outcome, bool IsSpent)> TryAsync(Uri server, ScanJob job, TimeSpan bound, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(bound, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var message = new ScannedMessageContent(job.Content);
        using var request = new HttpRequestMessage(HttpMethod.Post, server) { Content = BmiQuestion.ToContent(job, message) };
        try
        {
            return (await AskAsync(server, request, job, either.Token), IsSpent());
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return (new ScanOutcome.Failed($"{server}: {(error.InnerException ?? error).Message}"), IsSpent());
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return (
                new ScanOutcome.Failed(cancellationToken.IsCancellationRequested ? "the scan was given up" : $"{server}: no answer within {bound.TotalSeconds:0.#} s"),
                IsSpent());
        }

        bool IsSpent() => message.HasBegun && !job.Content.CanRepeat;
    }

    private static async Task<ScanOutcome> AskAsync(Uri server, HttpRequestMessage request, ScanJob job, CancellationToken cancellationToken)
    {
        using var response = await Http.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return new ScanOutcome.Failed(string.Create(CultureInfo.InvariantCulture, $"{server} answers {(int)response.StatusCode} {SpamdText.Printable(OctetString.ToBytes(response.ReasonPhrase ?? ""))}"));
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var answer = await SocketConnection.ReadAsync(stream, BmiAnswer.MaxBytes + 1, end: null, cancellationToken);
        if (answer.Length > BmiAnswer.MaxBytes)
        {
            return new ScanOutcome.Failed($"{server} answers more than {BmiAnswer.MaxBytes} octets");
        }

        var asked = (job.Envelope?.Recipients ?? []).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var verdicts = BmiAnswer.Parse(answer, asked, out var problem);
        return problem.Length == 0 ? new ScanOutcome.Judged(verdicts, server.ToString()) : new ScanOutcome.Failed($"{server}: {problem}");
    }
}
