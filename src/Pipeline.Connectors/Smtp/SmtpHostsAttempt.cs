using System.Net;
using Microsoft.Extensions.Logging;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Smtp.Dane;
using Pipeline.Faults;
using Pipeline.Mail.Message;

namespace Pipeline.Connectors.Smtp;

/// <summary>An attempt that goes through the hosts of its job, over connections that deliveries share.</summary>
internal sealed class SmtpHostsAttempt(
    SmtpConnectionPool pool,
    SmtpSessionOpener opener,
    DaneLookup lookup,
    Func<IPEndPoint, bool> isThisNode,
    SmtpClientMetrics metrics,
    ILogger logger,
    DeliveryJob job,
    SmtpTransportSettings settings,
    OutgoingMessage message) : SmtpDeliveryAttempt(metrics, logger, job, settings, message)
{
    /// <summary>RFC 8689 section 5: the parameter of MAIL is stronger than the field.</summary>
    private readonly bool _ignoresPeerPolicy = !job.RequireTls && TlsRequiredField.SaysNo(job.Content.HeaderBlock);

    private HostTime? _hostTime;
    private bool _othersMayServe;

    protected override HostTime? HostTime => _othersMayServe ? null : _hostTime;

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
                    HostsLeft = _othersMayServe = true;
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
                    _othersMayServe = true;
                    continue;
                }

                if (Job.HostTimes is { } times && await times.AskAsync(host.Name, address, host.Port, cancellationToken) is { } time)
                {
                    _hostTime = Ports.HostTime.First(_hostTime, time);
                    HostsLeft = true;
                    continue;
                }

                tried++;
                var failure = await TryHostAsync(host, endPoint, cancellationToken);
                await RememberAsync(host.Name, endPoint, failure, cancellationToken);
            }
        }
    }

    private async ValueTask RememberAsync(string host, IPEndPoint endPoint, DeliveryFailure? failure, CancellationToken cancellationToken)
    {
        if (Job.HostTimes is not { } times || failure?.Class is FailureClass.Permanent or FailureClass.MissingExtension)
        {
            return;
        }

        if (failure is null)
        {
            await times.ReachedAsync(host, endPoint.Address, endPoint.Port, cancellationToken);
        }
        else if (IsTheHosts(failure) && await times.FailedAsync(host, endPoint.Address, endPoint.Port, failure, cancellationToken) is { } time)
        {
            _hostTime = Ports.HostTime.First(_hostTime, time);
        }
        else
        {
            _othersMayServe = true;
        }
    }

    /// <summary>Whether other messages would meet the same. One that must not go in clear asks more of TLS than they do.</summary>
    private bool IsTheHosts(DeliveryFailure failure) => failure is { HostWide: true, Class: not FailureClass.Local }
        && !(RequiresTls && failure.Class is FailureClass.TlsFailed or FailureClass.TlsRequired);

    /// <returns>Why the host is given up; null when it has served.</returns>
    private async ValueTask<DeliveryFailure?> TryHostAsync(DestinationHost host, IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        var dane = await lookup.FindAsync(Settings, host, endPoint, _ignoresPeerPolicy, cancellationToken);
        if (dane.Failure is { } unusable)
        {
            Note(unusable);
            return unusable;
        }

        var policy = await SmtpPeerPolicy.DecideAsync(Settings, host.Name, endPoint.Address, dane.Records, RequiresTls, cancellationToken);
        var key = await SmtpConnectionKey.CreateAsync(Settings, host.Name, endPoint, policy, cancellationToken);
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
                        var noted = RequiresTls ? RequireTlsFailure.Of(failure) : failure;
                        Note(noted);
                        return noted;
                    }

                    Crash.At(CrashPoint.DeliverSmtpOpened);
                }
                else
                {
                    Metrics?.Reused();
                }

                progress = await UseAsync(session!, cancellationToken);
                fresh = progress == Progress.DiedIdle;
                keep = session!.TakesMore(Settings.ConnectionMaxMessages);
            }
            finally
            {
                pool.Return(key, session, keep);
            }
        }

        return progress == Progress.HostFailed ? LastNoted : null;
    }
}
