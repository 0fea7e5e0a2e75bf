using System.Net.Sockets;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Sockets;
using Pipeline.Mail.Scanning;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Scanning;

namespace Pipeline.Connectors.Scanners;

/// <summary>Asks dccifd how often others have had a message (dccifd(8), "DCC interface daemon protocol").</summary>
/// <remarks>
/// The question is Exim's, to the octet: options, client, the words <c>HELO localhost</c>, sender, recipients with CR LF, an empty line, the message with LF. The
/// connection is then closed for writing, and dccifd closes it when it has answered.
/// </remarks>
public sealed class DccScanner(TimeProvider time) : IMessageScanner
{
    private const string LocalClient = "127.0.0.1";

    public async Task<ScanOutcome> ScanAsync(ScanJob job, CancellationToken cancellationToken)
    {
        if (DccifdAddress.Parse(job.Servers, out var problem) is not { } server)
        {
            return new ScanOutcome.Failed(problem);
        }

        using var deadline = new CancellationTokenSource(job.Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await AskAsync(server, job, either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return new ScanOutcome.Failed(cancellationToken.IsCancellationRequested ? "the scan was given up" : $"DCC {server}: no answer within {job.Deadline.TotalSeconds:0.#} s");
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            return new ScanOutcome.Failed($"DCC {server}: {error.Message}");
        }
    }

    private async Task<ScanOutcome> AskAsync(DccifdAddress server, ScanJob job, CancellationToken cancellationToken)
    {
        var (socket, problem) = await SocketConnection.OpenAsync(server.Host, server.Port, SocketConnection.Timeout, time, cancellationToken);
        if (socket is null)
        {
            return new ScanOutcome.Failed($"DCC: Connecting to {(server.Port == 0 ? "UNIX" : "TCP")} socket {server} failed: {problem}");
        }

        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            await stream.WriteAsync(Question(job), cancellationToken);
            await using var lines = new UnixLines(stream);
            await job.Content.CopyToAsync(lines, cancellationToken);
            await lines.EndAsync(cancellationToken);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (IOException error) when (error.InnerException is SocketException)
        {
            // dccifd need not read what it does not want: it may have answered.
        }

        return DccReply.Parse(await SocketConnection.ReadAsync(stream, DccReply.MaxBytes, end: null, cancellationToken)) is { } verdict
            ? new ScanOutcome.Counted(verdict, $"dccifd {server}")
            : new ScanOutcome.Failed($"DCC {server}: closed the connection without an answer");
    }

    private static byte[] Question(ScanJob job)
    {
        var envelope = job.Envelope;
        var text = new StringBuilder()
            .Append(job.User).Append('\n')
            .Append(envelope?.ClientAddress ?? LocalClient).Append('\n')
            .Append("HELO localhost\n")
            .Append(envelope is { Sender.Length: > 0 } ? envelope.Sender : "<>").Append('\n');
        foreach (var recipient in envelope?.Recipients ?? [])
        {
            text.Append(recipient).Append("\r\n");
        }

        return OctetString.ToBytes(text.Append('\n').ToString());
    }
}
