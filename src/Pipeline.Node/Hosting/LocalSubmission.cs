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
    private readonly Lock _gate = new();
    private bool _closed;
    private int _sessions;

    /// <summary>Takes no more mail: connections get 421, sessions end at their next command.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
        }

        _closing.Cancel();
    }

    /// <summary>Takes no more mail unless somebody is in the midst of giving it: whoever was greeted is served to the end.</summary>
    public bool TryCloseIdle()
    {
        lock (_gate)
        {
            _closed |= _sessions == 0;
            return _closed;
        }
    }

    public void Dispose() => _closing.Dispose();

    /// <summary>One connection of the submission socket.</summary>
    public async Task ServeAsync(ConnectionContext connection)
    {
        var drain = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        try
        {
            if (Enter() is { } refusal)
            {
                await connection.Transport.Output.WriteAsync(refusal, connection.ConnectionClosed);
                return;
            }

            await using var input = connection.Transport.Input.AsStream(leaveOpen: true);
            await using var output = connection.Transport.Output.AsStream(leaveOpen: true);
            await ServeAsync(input, output, null, drain);
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
    public Task RunAsync(Stream input, Stream output, ClientConnection? client, CancellationToken drain)
    {
        lock (_gate)
        {
            _sessions++;
        }

        return ServeAsync(input, output, client, drain);
    }

    /// <summary>Counts a session in; its refusal when it cannot be taken.</summary>
    private ReadOnlyMemory<byte>? Enter()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return "421 4.3.2 this server takes no mail now\r\n"u8.ToArray();
            }

            if (_sessions >= options.Limits.MaxConnections)
            {
                return "421 4.7.0 too many sessions\r\n"u8.ToArray();
            }

            _sessions++;
            return null;
        }
    }

    /// <summary>Serves a session that was counted in.</summary>
    private async Task ServeAsync(Stream input, Stream output, ClientConnection? client, CancellationToken drain)
    {
        try
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(drain, _closing.Token);
            await StandardInputSession.RunAsync(input, output, options, receipt, time, client, end.Token);
        }
        finally
        {
            lock (_gate)
            {
                _sessions--;
            }
        }
    }
}
