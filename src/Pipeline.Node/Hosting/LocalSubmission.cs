using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Pipeline.Actors.Receipt;
using Pipeline.Node.Listeners;

namespace Pipeline.Node.Hosting;

/// <summary>Takes mail from programs on this machine (<c>-bs</c>): SMTP sessions without a network, on streams or on the submission socket.</summary>
/// <remarks>Only the node's user can open the socket; that is the whole of the authentication.</remarks>
internal sealed class LocalSubmission(ListenerOptions options, IReceiptService receipt, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly CancellationTokenSource _closing = new();
    private int _sessions;

    /// <summary>Sessions now.</summary>
    public int Sessions => Volatile.Read(ref _sessions);

    /// <summary>Takes no more mail: connections get 421, sessions end at their next command.</summary>
    public void Close() => _closing.Cancel();

    public void Dispose() => _closing.Dispose();

    /// <summary>One connection of the submission socket.</summary>
    public async Task ServeAsync(ConnectionContext connection)
    {
        var drain = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        try
        {
            if (_closing.IsCancellationRequested)
            {
                await connection.Transport.Output.WriteAsync("421 4.3.2 this server takes no mail now\r\n"u8.ToArray(), connection.ConnectionClosed);
                return;
            }

            if (Sessions >= options.Limits.MaxConnections)
            {
                await connection.Transport.Output.WriteAsync("421 4.7.0 too many sessions\r\n"u8.ToArray(), connection.ConnectionClosed);
                return;
            }

            await using var input = connection.Transport.Input.AsStream(leaveOpen: true);
            await using var output = connection.Transport.Output.AsStream(leaveOpen: true);
            await RunAsync(input, output, null, drain);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            ListenerLog.ConnectionLost(logger, null, error);
        }
        catch (Exception error)
        {
            ListenerLog.SessionFailed(logger, null, error);
        }
    }

    /// <summary>One session on a pair of streams, to its end.</summary>
    /// <param name="client">Whom the policy is to see; null for a local user.</param>
    /// <param name="drain">Ends the session at its next command.</param>
    public async Task RunAsync(Stream input, Stream output, ClientConnection? client, CancellationToken drain)
    {
        Interlocked.Increment(ref _sessions);
        try
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(drain, _closing.Token);
            await StandardInputSession.RunAsync(input, output, options, receipt, time, client, end.Token);
        }
        finally
        {
            Interlocked.Decrement(ref _sessions);
        }
    }
}
