using System.Net;
using Microsoft.Extensions.Logging;
using Pipeline.Connectors.Ports;
using Pipeline.Faults;

namespace Pipeline.Connectors.Smtp;

/// <summary>An attempt that goes through the hosts of its job, over connections that deliveries share.</summary>
internal sealed class SmtpHostsAttempt(
    SmtpConnectionPool pool,
    SmtpSessionOpener opener,
    Func<IPEndPoint, bool> isThisNode,
    SmtpClientMetrics metrics,
    ILogger logger,
    DeliveryJob job,
    SmtpTransportSettings settings,
    OutgoingMessage message) : SmtpDeliveryAttempt(metrics, logger, job, settings, message)
{
    /// <summary>RFC 8689 section 4.2.1: the sender's procedure does not bind messages with the null return path.</summary>
    protected override bool RequiresTls => Job.RequireTls && !Job.ReturnPath.IsNull;

    protected override async ValueTask TryAsync(CancellationToken cancellationToken)
    {
        var tried = 0;
        var seen = 0;
        foreach (var host in Job.Hosts)
        {
            foreach (var address in host.Addresses)
            {
                if (!AnyOpen())
                {
                    return;
                }

                cancellationToken.ThrowIfCancellationRequested();
                if (tried >= Settings.HostsMaxTry || seen++ >= Settings.HostsMaxTryHardLimit)
                {
                    HostsLeft = true;
                    return;
                }

                var endPoint = new IPEndPoint(address, host.Port);
                if (RequiresTls && !host.IsNameSecure)
                {
                    Note(RequireTlsFailure.NameNotSecure(new SmtpPeer(host.Name, endPoint)));
                    continue;
                }

                if (!Settings.AllowLocalhost && isThisNode(endPoint))
                {
                    Note(new SmtpPeer(host.Name, endPoint).Failure(FailureClass.Local, "remote host address is the local host"));
                    continue;
                }

                tried++;
                await TryHostAsync(host.Name, endPoint, cancellationToken);
            }
        }
    }

    private async ValueTask TryHostAsync(string host, IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        var policy = await SmtpPeerPolicy.DecideAsync(Settings, host, endPoint.Address, RequiresTls, cancellationToken);
        var key = await SmtpConnectionKey.CreateAsync(Settings, host, endPoint, policy, cancellationToken);
        var fresh = false;
        var progress = Progress.Done;

        // Each round decides a recipient, gives the host up, or finds that a session from the pool had died; the next one is fresh then.
        while (progress != Progress.HostFailed && AnyOpen())
        {
            var session = await pool.TakeAsync(key, fresh, cancellationToken);
            var keep = false;
            try
            {
                if (session is null)
                {
                    var opening = await opener.OpenAsync(Settings, key, cancellationToken);
                    session = opening.Session;
                    Metrics?.Opened(session is not null);
                    if (opening.Failure is { } failure)
                    {
                        Note(RequiresTls ? RequireTlsFailure.Of(failure) : failure);
                        return;
                    }

                    Crash.At(CrashPoint.DeliverSmtpOpened);
                }
                else
                {
                    Metrics?.Reused();
                }

                progress = await UseAsync(session!, cancellationToken);
                fresh = progress == Progress.DiedIdle;
                keep = Settings.ConnectionMaxMessages <= 0 || session!.Messages < Settings.ConnectionMaxMessages;
            }
            finally
            {
                pool.Return(key, session, keep);
            }
        }
    }
}
