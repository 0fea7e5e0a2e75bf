using System.Net.Sockets;
using System.Text.Json;
using Pipeline.Node.Admin;
using Pipeline.Node.CommandLine.Run;
using Pipeline.Node.Hosting;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-bs</c>: an SMTP session on the standard streams. The running node holds it; without one, a node of its own that ends with it.</summary>
internal static class SubmissionSession
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>How often a node that is going away is left for the next.</summary>
    private const int Attempts = 20;

    private const int BufferBytes = 4096;

    public static async Task<int> RunAsync(
        EximCommand command, NodeReach reach, EximStreams streams, TimeProvider time, CancellationToken cancellationToken)
    {
        var session = new LocalSession(command.Claims, command.Delivery);
        using var logging = new ConsoleLineLogger(streams.Errors, time, LogLevel.Error);
        for (var attempt = 1; ; attempt++)
        {
            await using var access = await NodeAccess.OpenAsync(reach, logging, time, cancellationToken);
            if (access.Own is { } node)
            {
                await ServeAsync(node, session, streams, time, cancellationToken);
                return ExitCodes.Success;
            }

            if (await TryRelayAsync(access.Socket, session, streams, attempt == Attempts, cancellationToken))
            {
                return ExitCodes.Success;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private static async Task ServeAsync(MailNode node, LocalSession session, EximStreams streams, TimeProvider time, CancellationToken cancellationToken)
    {
        await node.Submission.RunAsync(streams.Input, streams.Output, LocalSubmission.ClientOf(PeerCredentials.Own, session), cancellationToken);
        while (!node.Submission.TryCloseIdle())
        {
            await Task.Delay(Pause, time, cancellationToken); // other programs found this node and are not through yet
        }
    }

    /// <summary>Carries octets both ways until the node closes its side.</summary>
    /// <param name="last">Whatever the node says is passed on; otherwise a node that is not there, or says 421 at once, is left with the input unread.</param>
    private static async Task<bool> TryRelayAsync(string path, LocalSession session, EximStreams streams, bool last, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var first = new byte[BufferBytes];
        var length = 0;
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            await socket.SendAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(session, AdminJson.Default.LocalSession), (byte)'\n'], cancellationToken);
            length = await socket.ReceiveAsync(first, cancellationToken);
        }
        catch (SocketException) when (!last)
        {
            return false;
        }

        if (!last && (length == 0 || first.AsSpan(0, length).StartsWith("421"u8)))
        {
            return false;
        }

        await streams.Output.WriteAsync(first.AsMemory(0, length), cancellationToken);
        await using var node = new NetworkStream(socket);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var forth = ForthAsync();
        await node.CopyToAsync(streams.Output, cancellationToken);
        await streams.Output.FlushAsync(cancellationToken);
        await ended.CancelAsync();
        _ = forth; // a read of the standard input that waits cannot be ended; the process ends with it
        return true;

        async Task ForthAsync()
        {
            try
            {
                await streams.Input.CopyToAsync(node, ended.Token);
                socket.Shutdown(SocketShutdown.Send);
            }
            catch (Exception error) when (error is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
            {
                // The node has closed the session.
            }
        }
    }
}
