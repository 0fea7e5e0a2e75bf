using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Pipeline.Actors.Receipt;
using Pipeline.Mail.Smtp;
using Pipeline.Node.Listeners.Session;
using Pipeline.Node.Listeners.Tls;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.Listeners;

/// <summary>Takes the connections of one endpoint from Kestrel and runs an SMTP session on each.</summary>
internal sealed class SmtpConnectionHandler(
    ListenerEndpoint endpoint,
    ListenerOptions options,
    IReceiptService service,
    ConnectionLimiter limiter,
    TlsServer tls,
    TimeProvider time,
    ILogger log,
    CancellationToken closing) : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var remote = connection.RemoteEndPoint as IPEndPoint;
        var client = new ClientConnection(remote, connection.LocalEndPoint as IPEndPoint, endpoint.ImplicitTls) { Proxy = connection.Features.Get<ProxySession>() };
        try
        {
            if (closing.IsCancellationRequested)
            {
                await RefuseAsync(connection, client, ConnectionRefusal.Closed);
                return;
            }

            if (limiter.Enter(remote?.Address) is { } refusal)
            {
                await RefuseAsync(connection, client, refusal);
                return;
            }

            try
            {
                await ServeAsync(connection, client);
            }
            finally
            {
                limiter.Leave(remote?.Address);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            ListenerLog.ConnectionLost(log, remote, e);
        }
        catch (Exception e)
        {
            ListenerLog.SessionFailed(log, remote, e);
        }
    }

    private async Task RefuseAsync(ConnectionContext connection, ClientConnection client, ConnectionRefusal refusal)
    {
        ListenerLog.ConnectionRefused(log, client.Client, refusal.Reason);
        await using IReceiptSession receipt = service.Open(client);
        var reply = new SmtpReply(421, new EnhancedStatusCode(4, 7, 0), refusal.Told);
        receipt.ProtocolIncident(new ProtocolIncident("connect", reply, refusal.Reason) { Ends = SessionBreak.Refused });
        if (!endpoint.ImplicitTls)
        {
            SmtpReplyWriter.Write(connection.Transport.Output, reply);
            await connection.Transport.Output.FlushAsync(connection.ConnectionClosed);
        }
    }

    private async Task ServeAsync(ConnectionContext connection, ClientConnection client)
    {
        var watch = new SessionWatch(time, options.Limits.SessionTimeout, connection.Abort);
        connection.Features.Get<IConnectionHeartbeatFeature>()?.OnHeartbeat(static state => ((SessionWatch)state).Tick(), watch);
        CancellationToken drain = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        await using CancellationTokenRegistration drainRegistration =
            drain.UnsafeRegister(static state => ((SessionWatch)state!).Drain(), watch);
        await using CancellationTokenRegistration closingRegistration =
            closing.UnsafeRegister(static state => ((SessionWatch)state!).Drain(), watch);

        var channel = new SmtpChannel(
            connection.Transport, connection.Features.Get<IConnectionSocketFeature>()?.Socket, watch, options.Limits);
        await using IReceiptSession receipt = service.Open(client);
        if (endpoint.ImplicitTls)
        {
            if (await receipt.TlsTermsAsync(CancellationToken.None) is not { } terms)
            {
                return;
            }

            (TlsFacts? facts, string? failure) = await channel.SecureAsync(tls, terms);
            if (facts is null)
            {
                ListenerLog.TlsFailed(log, client.Client, failure ?? "unknown");
                SmtpReply reply = SessionReplies.Closing(7, 5, receipt.Capabilities.HostName, "TLS handshake failed");
                receipt.ProtocolIncident(new ProtocolIncident("connect", reply, failure ?? "TLS handshake failed") { Ends = SessionBreak.TlsFailed });
                return;
            }

            await receipt.TlsEstablishedAsync(facts, CancellationToken.None);
        }

        await new SmtpSession(options, tls, receipt, channel, watch).RunAsync(CancellationToken.None);
    }
}
