using System.Net;
using Pipeline.Connectors.Ports;
using Pipeline.Policy.Acl.Verification.Callouts;
using Pipeline.Policy.Tls;

namespace Pipeline.Connectors.Smtp;

/// <summary>Callouts over SMTP and LMTP: MAIL and RCPT without DATA, to one host after the other until one decides.</summary>
/// <remarks>
/// Exim specification, "Callout verification". A 5xx reply decides against the address, wherever it comes up to RCPT; anything else that is no
/// acceptance leads to the next host. Each callout has a connection of its own, which ends with QUIT.
/// </remarks>
/// <param name="isThisNode">Whether this node listens there itself; without allow_localhost such hosts are passed over, or a callout could call itself.</param>
public sealed class SmtpCalloutClient(TimeProvider timeProvider, Func<IPEndPoint, bool> isThisNode) : ICalloutClient
{
    private readonly SmtpSessionOpener _opener = new(new CertificateFiles(), timeProvider, Random.Shared);

    public async Task<CalloutAnswer> AskAsync(CalloutJob job, CancellationToken cancellationToken)
    {
        var answer = new CalloutAnswer(CalloutOutcome.Undecided) { Log = "no host to call" };
        var settings = job.Transport with { ConnectTimeout = job.Question.ConnectTimeout, CommandTimeout = job.Question.CommandTimeout };
        var began = timeProvider.GetTimestamp();
        var tried = 0;
        CalloutAnswer? undecided = null;
        foreach (var host in job.Hosts)
        {
            foreach (var address in host.Addresses)
            {
                if (tried > 0 && (tried >= settings.HostsMaxTry || timeProvider.GetElapsedTime(began) >= job.Question.MaxWait))
                {
                    return undecided ?? answer;
                }

                tried++;
                answer = await AskHostAsync(job.Question, settings, host, address, answer.RandomAccepted, cancellationToken);
                if (answer.Outcome is not (CalloutOutcome.Undecided or CalloutOutcome.RequireTlsMissing) || cancellationToken.IsCancellationRequested)
                {
                    return answer;
                }

                // One that has only troubles now may do for REQUIRETLS another time.
                undecided = answer.Outcome == CalloutOutcome.Undecided ? answer : undecided;
            }
        }

        return undecided ?? answer;
    }

    /// <param name="randomAccepted">What an earlier host has said of the random address, if that was all it said.</param>
    private async ValueTask<CalloutAnswer> AskHostAsync(
        CalloutQuestion question, SmtpTransportSettings settings, DestinationHost destination, IPAddress address, bool? randomAccepted, CancellationToken cancellationToken)
    {
        var (host, endPoint) = (destination.Name, new IPEndPoint(address, destination.Port));
        var peer = new SmtpPeer(host, endPoint);
        var answers = new SmtpCalloutAnswers(peer) { RandomAccepted = randomAccepted };
        if (!settings.AllowLocalhost && isThisNode(endPoint))
        {
            return answers.Undecided("remote host address is the local host");
        }

        if (question.RequireTls && !destination.IsNameSecure)
        {
            return answers.RequireTlsMissing(RequireTlsFailure.NameNotSecure(peer));
        }

        try
        {
            var policy = await SmtpPeerPolicy.DecideAsync(settings, host, endPoint.Address, question.RequireTls, cancellationToken);
            policy = policy with { AvoidTls = policy.AvoidTls || (!question.RequireTls && await settings.Tls.AvoidInCallouts.ContainsAsync(host, endPoint.Address, cancellationToken)) };
            var key = await SmtpConnectionKey.CreateAsync(settings, host, endPoint, policy, cancellationToken);
            var opening = await _opener.OpenAsync(settings, key, cancellationToken);
            if (opening.Session is not { } session)
            {
                return question.RequireTls && RequireTlsFailure.Of(opening.Failure!) is { Class: FailureClass.MissingExtension } missing
                    ? answers.RequireTlsMissing(missing)
                    : answers.NotOpened(opening.Failure!);
            }

            if (question.RequireTls && !session.Capabilities.RequireTls)
            {
                await session.CloseAsync();
                return answers.RequireTlsMissing(RequireTlsFailure.NotOffered(peer));
            }

            await using var abort = session.Connection.AbortWhen(cancellationToken);
            var answer = await new SmtpCalloutTalk(session, question, answers).RunAsync();
            await session.CloseAsync();
            return answer;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return answers.Undecided("callout was interrupted");
        }
    }
}
