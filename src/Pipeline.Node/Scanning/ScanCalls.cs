using System.Net;
using System.Text.Json;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Scanning;
using Pipeline.Messages.Scanning;
using Pipeline.Node.Admin;
using Pipeline.Policy.Scanning;

namespace Pipeline.Node.Scanning;

/// <summary>Asks one scanner node for one scan.</summary>
internal sealed class ScanCalls(ScanTransport transport, TimeProvider time)
{
    public const string Path = "/scan";

    public async Task<ScanOutcome> AskAsync(ScannerNode node, ScanJob job, CancellationToken cancellationToken)
    {
        if (!RemoteNode.TryReadAddress(node.Address, out var host, out var port))
        {
            return new ScanOutcome.Failed($"{node.Name}: \"{node.Address}\" is no address");
        }

        using var deadline = new CancellationTokenSource(job.Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var milliseconds = (int)Math.Clamp(job.Deadline.TotalMilliseconds, 1, int.MaxValue);
        var envelope = job.Kind is ScanKind.Dcc or ScanKind.Bmi || (job.Kind == ScanKind.Spam && SpamdServerList.TellsEnvelope(job.Servers)) ? job.Envelope : null;
        var content = new ScanContent(
            new ScanQuestion(ScanQuestion.CurrentForm, job.Message, job.User, job.Servers, job.Content.Size, milliseconds, envelope, ScanJson.NameOf(job.Kind)), job.Content);
        if (!content.Fits)
        {
            content.Dispose();
            return new ScanOutcome.Failed($"the user, the servers and the envelope of the scan have more than {ScanQuestion.MaxLineBytes} octets");
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, new UriBuilder("https", host, port, Path).Uri)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        node.Begin();
        try
        {
            using var response = await transport.Http.SendAsync(request, either.Token);
            var answer = await ReadAsync(response.Content, either.Token);
            return response.StatusCode switch
            {
                _ when answer is null => new ScanOutcome.Failed($"{node.Name} answers more than {ScanAnswer.MaxBytes} octets"),
                HttpStatusCode.OK => ScanJson.ReadAnswer(answer, node.Name),
                HttpStatusCode.ServiceUnavailable => new ScanOutcome.Busy($"{node.Name}: {Detail(answer)}"),
                _ => new ScanOutcome.Failed($"{node.Name} answers {(int)response.StatusCode}: {Detail(answer)}"),
            };
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return new ScanOutcome.Failed($"{node.Name}: {(error.InnerException ?? error).Message}");
        }
        catch (OperationCanceledException)
        {
            return new ScanOutcome.Failed(
                cancellationToken.IsCancellationRequested ? "the scan was given up" : $"{node.Name}: no answer within {job.Deadline.TotalSeconds:0.#} s");
        }
        finally
        {
            node.End();
        }
    }

    /// <returns>Null when there is more than an answer can have.</returns>
    private static async Task<byte[]?> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        using var read = new MemoryStream();
        var buffer = new byte[8 * 1024];
        for (int count; (count = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (read.Length + count > ScanAnswer.MaxBytes)
            {
                return null;
            }

            read.Write(buffer, 0, count);
        }

        return read.ToArray();
    }

    private static string Detail(byte[] answer)
    {
        try
        {
            return JsonSerializer.Deserialize(answer, AdminJson.Default.AdminProblem)?.Detail ?? "no reason given";
        }
        catch (JsonException)
        {
            return "no reason given";
        }
    }
}
