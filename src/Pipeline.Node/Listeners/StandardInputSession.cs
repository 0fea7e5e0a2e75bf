using Pipeline.Actors.Receipt;
using Pipeline.Mail.Smtp;
using Pipeline.Node.Listeners.Session;
using Pipeline.Node.Listeners.Tls;

namespace Pipeline.Node.Listeners;

/// <summary>One SMTP session on a pair of streams (<c>-bs</c>): the same session as over the network, without TLS.</summary>
public static class StandardInputSession
{
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(1);

    /// <summary>Runs the session to its end.</summary>
    /// <param name="client">Whom the receipt is to see; null for submission by a local user.</param>
    /// <remarks>
    /// Input from a local program is often a file: it is there at once, so synchronisation is not checked, and its lines, that of the final
    /// dot too, may end in LF alone.
    /// </remarks>
    public static async Task RunAsync(
        Stream input,
        Stream output,
        ListenerOptions options,
        IReceiptService service,
        TimeProvider time,
        ClientConnection? client = null,
        CancellationToken cancellationToken = default)
    {
        ListenerOptions local = options with { EnforceSynchronisation = false, BareLineEnds = BareLineEndPolicy.LineEnd };
        var transport = new StreamDuplexPipe(input, output);
        var watch = new SessionWatch(time, local.Limits.SessionTimeout, transport.Input.CancelPendingRead);
        await using ITimer heartbeat = time.CreateTimer(
            static state => ((SessionWatch)state!).Tick(), watch, HeartbeatInterval, HeartbeatInterval);
        await using CancellationTokenRegistration drain =
            cancellationToken.UnsafeRegister(static state => ((SessionWatch)state!).Drain(), watch);
        await using IReceiptSession receipt = service.Open(client ?? new ClientConnection(null, null, ImplicitTls: false));
        var channel = new SmtpChannel(transport, socket: null, watch, local.Limits);
        await new SmtpSession(local, tls: null, receipt, channel, watch).RunAsync(cancellationToken);
    }
}
