using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Sockets;
using Pipeline.Mail.Scanning;
using Pipeline.Policy.Scanning;

namespace Pipeline.Connectors.Scanners;

/// <summary>Asks servers of SpamAssassin and rspamd by their own protocols, one conversation for each scan.</summary>
/// <remarks>
/// As in Exim, a server that cannot be reached leads to the next; one that was reached has the last word, whatever it says or fails to say. Names are looked up
/// as every program of the machine does: a scanner stands beside its node, and its name in /etc/hosts.
/// </remarks>
public sealed class SpamdScanner(TimeProvider time, Random random) : IMessageScanner
{
    private const int FirstRead = 4 * 1024;

    public async Task<ScanOutcome> ScanAsync(ScanJob job, CancellationToken cancellationToken)
    {
        var servers = SpamdServerList.Parse(job.Servers, out var problem);
        if (problem.Length > 0 || !SpamArgument.IsUser(job.User))
        {
            return new ScanOutcome.Failed(problem.Length > 0 ? problem : "the user of the scan cannot be told to a server");
        }

        using var deadline = new CancellationTokenSource(job.Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        List<string> reasons = [];
        try
        {
            foreach (var server in SpamdOrder.Of(servers, time.GetLocalNow().TimeOfDay, random.NextInt64))
            {
                if (await ConnectAsync(server, reasons, either.Token) is { } socket)
                {
                    return await ConverseAsync(socket, server, job, either.Token);
                }
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            reasons.Add(cancellationToken.IsCancellationRequested ? "the scan was given up" : Late(job.Deadline));
        }

        return new ScanOutcome.Failed(reasons.Count == 0 ? "no server of spamd_address is on duty at this time of day" : string.Join("; ", reasons));
    }

    private async Task<Socket?> ConnectAsync(SpamdServer server, List<string> reasons, CancellationToken cancellationToken)
    {
        var socket = await TryPortsAsync(server, reasons, cancellationToken);
        if (socket is not null || server.Retry is not { } pause)
        {
            return socket;
        }

        await Task.Delay(pause, time, cancellationToken);
        return await TryPortsAsync(server, reasons, cancellationToken);
    }

    private async Task<Socket?> TryPortsAsync(SpamdServer server, List<string> reasons, CancellationToken cancellationToken)
    {
        var step = server.LastPort >= server.FirstPort ? 1 : -1;
        for (var port = server.FirstPort; ; port += step)
        {
            if (await TryConnectAsync(server, port, reasons, cancellationToken) is { } socket)
            {
                return socket;
            }

            if (port == server.LastPort)
            {
                return null;
            }
        }
    }

    private async Task<Socket?> TryConnectAsync(SpamdServer server, int port, List<string> reasons, CancellationToken cancellationToken)
    {
        var bound = server.Timeout < SocketConnection.Timeout ? server.Timeout : SocketConnection.Timeout;
        var (socket, problem) = await SocketConnection.OpenAsync(server.Host, port, bound, time, cancellationToken);
        if (socket is null)
        {
            var name = server.IsUnixSocket ? server.Host : string.Create(CultureInfo.InvariantCulture, $"{server.Host} {port}");
            reasons.Add($"{name}: {problem}");
        }

        return socket;
    }

    private async Task<ScanOutcome> ConverseAsync(Socket socket, SpamdServer server, ScanJob job, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(server.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            var unsent = await SendAsync(socket, stream, SpamdRequest.For(job, server.Variant), job.Content, either.Token);
            var (reply, problem) = await ReadAsync(stream, server.Variant, either.Token);
            return reply switch
            {
                { Verdict: { } verdict } => new ScanOutcome.Scanned(verdict, server.ToString()),
                { Refusal: { } refusal } => new ScanOutcome.Failed($"{server} answers {refusal}"),
                _ => new ScanOutcome.Failed($"{server}: {unsent ?? problem}"),
            };
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            return new ScanOutcome.Failed($"{server}: {error.Message}");
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return new ScanOutcome.Failed(
                cancellationToken.IsCancellationRequested ? $"{server}: no answer in time, or the scan was given up" : $"{server}: {Late(server.Timeout)}");
        }
    }

    /// <summary>The request, the message, and the half-close that tells the server that this is all.</summary>
    /// <returns>Why it could not be sent; null when it was. The server may have said why in its answer: it need not read what it does not want.</returns>
    private static async Task<string?> SendAsync(Socket socket, NetworkStream stream, byte[] request, IScannedMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(request, cancellationToken);
            await message.CopyToAsync(stream, cancellationToken);
            socket.Shutdown(SocketShutdown.Send);
            return null;
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            return error.Message;
        }
    }

    private static async Task<(SpamdReply? Reply, string Problem)> ReadAsync(NetworkStream stream, SpamdVariant variant, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstRead);
        try
        {
            for (var length = 0; ;)
            {
                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(Math.Min(2 * length, SpamdReply.MaxBytes + 1));
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }

                var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
                length += read;
                var status = variant == SpamdVariant.Rspamd
                    ? RspamdReply.Parse(buffer.AsSpan(0, length), ended: read == 0, out var reply, out var problem)
                    : SpamdReply.Parse(buffer.AsSpan(0, length), ended: read == 0, out reply, out problem);
                if (status != OperationStatus.NeedMoreData)
                {
                    return (reply, problem);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string Late(TimeSpan bound) => $"no answer within {bound.TotalSeconds:0.#} s";
}
