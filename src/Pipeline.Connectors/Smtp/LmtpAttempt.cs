using System.Collections.Immutable;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Processes;
using Pipeline.Policy.Processes;

namespace Pipeline.Connectors.Smtp;

/// <summary>An attempt over one session with a program or a Unix socket.</summary>
internal sealed class LmtpAttempt(
    SmtpSessionOpener opener,
    TimeProvider time,
    ILogger logger,
    DeliveryJob job,
    LmtpTransportSettings lmtp,
    SmtpTransportSettings settings,
    OutgoingMessage message) : SmtpDeliveryAttempt(metrics: null, logger, job, settings, message)
{
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(5);

    protected override async ValueTask TryAsync(CancellationToken cancellationToken)
    {
        var (socket, child, problem) = lmtp.Socket is { } path ? await ConnectAsync(path, cancellationToken) : Start();
        if (socket is null)
        {
            Note(new DeliveryFailure { Class = FailureClass.Local, Reason = "local delivery is not possible at present", Internal = problem });
            return;
        }

        try
        {
            await TalkAsync(socket, cancellationToken);
        }
        finally
        {
            if (child is not null)
            {
                await LeaveAsync(child, cancellationToken);
            }
        }
    }

    private async ValueTask TalkAsync(Socket socket, CancellationToken cancellationToken)
    {
        var key = await SmtpConnectionKey.CreateAsync(
            Settings, "localhost", endPoint: null, new SmtpPeerPolicy { AvoidTls = true }, cancellationToken);
        var opening = await opener.OpenOverAsync(socket, Settings, key, new SmtpPeer(key.Host, endPoint: null), tryTls: false, cancellationToken);
        if (opening.Session is not { } session)
        {
            Note(opening.Failure!);
            return;
        }

        try
        {
            await UseAsync(session, cancellationToken);
        }
        finally
        {
            await session.CloseAsync();
        }
    }

    private async ValueTask<(Socket? Socket, ChildProcess? Child, string Problem)> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            using var deadline = new CancellationTokenSource(lmtp.Timeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), either.Token);
            return (socket, null, "");
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            socket.Dispose();
            return (null, null, $"failed to connect to socket {path} ({lmtp.Name} transport): {exception.Message}");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private (Socket? Socket, ChildProcess? Child, string Problem) Start()
    {
        try
        {
            var start = new ProcessStart
            {
                Arguments = [.. PipeProgram.Arguments(Job, lmtp.Command)],
                Environment = ImmutableDictionary<string, string>.Empty,
            };
            var child = ChildProcess.StartConnected(start, out var socket, out var error);
            return (socket, child, $"Cannot open child process of {lmtp.Name} transport: {error}");
        }
        catch (IOException exception)
        {
            return (null, null, exception.Message);
        }
    }

    /// <summary>The program has its outcomes told: it may end by itself for a while, and is ended then.</summary>
    private async ValueTask LeaveAsync(ChildProcess child, CancellationToken cancellationToken)
    {
        try
        {
            using var patience = new CancellationTokenSource(FarewellTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            await child.WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // Disposing kills it.
        }

        await child.DisposeAsync();
    }
}
