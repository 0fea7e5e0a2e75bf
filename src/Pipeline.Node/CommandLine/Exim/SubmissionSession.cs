using System.Net.Sockets;
using Pipeline.Actors.Receipt;
using Pipeline.Node.Admin;
using Pipeline.Node.CommandLine.Run;
using Pipeline.Node.Hosting;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-bs</c>: an SMTP session on the standard streams. The running node holds it; without one, a node of its own that ends with it.</summary>
internal static class SubmissionSession
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task<int> RunAsync(
        EximCommand command, EximConfiguration configuration, EximStreams streams, TimeProvider time, CancellationToken cancellationToken)
    {
        using var logging = new ConsoleLineLogger(streams.Errors, time, LogLevel.Error);
        await using var access = await NodeAccess.OpenAsync(configuration, logging, time, cancellationToken);
        if (access.Own is { } node)
        {
            var client = command.Client is null && command.Interface is null ? null : new ClientConnection(command.Client, command.Interface, ImplicitTls: false);
            await node.Submission.RunAsync(streams.Input, streams.Output, client, cancellationToken);
            while (node.Submission.Sessions > 0)
            {
                await Task.Delay(Pause, time, cancellationToken); // other programs found this node and are not through yet
            }

            return ExitCodes.Success;
        }

        if (command.Client is not null || command.Interface is not null)
        {
            await streams.Errors.WriteLineAsync("exim: -oMa and -oMi are not available with -bs while a node runs");
            return ExitCodes.Failure;
        }

        await RelayAsync(SpoolPaths.SubmissionSocket(configuration.StoreDirectory), streams, cancellationToken);
        return ExitCodes.Success;
    }

    /// <summary>Carries octets both ways until the node closes its side.</summary>
    private static async Task RelayAsync(string path, EximStreams streams, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
        await using var node = new NetworkStream(socket);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var forth = ForthAsync();
        await node.CopyToAsync(streams.Output, cancellationToken);
        await streams.Output.FlushAsync(cancellationToken);
        await ended.CancelAsync();
        _ = forth; // a read of the standard input that waits cannot be ended; the process ends with it

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
