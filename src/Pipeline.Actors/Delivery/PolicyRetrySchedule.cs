using System.Security.Cryptography;
using System.Text;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Routing;
using Pipeline.Connectors.Ports;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Retry;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Delivery;

/// <summary>Tries again by the retry section of the policy under which the message began, and not before its hosts may be tried; without a rule a failure is final, as in Exim.</summary>
public sealed class PolicyRetrySchedule(IPolicySource policies) : IRetrySchedule
{
    private const string TimeoutExceeded = "retry timeout exceeded";

    private static readonly TimeSpan LongestSpread = TimeSpan.FromMinutes(1);

    /// <summary>An attempt that this side broke off says nothing of the destination: it is repeated soon.</summary>
    private static readonly TimeSpan AfterInterruption = TimeSpan.FromSeconds(5);

    public async ValueTask<RetryTime> DecideAsync(
        MessageFacts message, RecipientState recipient, DeliveryFailure failure, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (failure.Class == FailureClass.Interrupted)
        {
            return new RetryTime(now + AfterInterruption);
        }

        var decision = await DecideAsync(message, recipient, failure, now);
        return (decision, failure.HostTime) switch
        {
            // This message has waited for as long as its rule says, whatever became of its hosts meanwhile.
            (RetryDecision.Expired, _) => new RetryTime(null, TimeoutExceeded),
            (_, { IsOver: true }) => new RetryTime(null, failure.Class == FailureClass.HostRetryTimeNotReached ? null : TimeoutExceeded),
            (_, { } host) when failure.Class == FailureClass.HostRetryTimeNotReached => new RetryTime(Behind(message, host.NextTry, now)),
            (RetryDecision.NoRule, _) => new RetryTime(null),
            (RetryDecision.Again, { } host) => new RetryTime(host.NextTry > now ? host.NextTry : now),
            (RetryDecision.Again again, null) => new RetryTime(now + again.Wait),
            _ => throw new InvalidOperationException($"unknown decision {decision.GetType().Name}"),
        };

        async ValueTask<RetryDecision> DecideAsync(MessageFacts message, RecipientState recipient, DeliveryFailure failure, DateTimeOffset now)
        {
            var active = await policies.GetAsync(message.Policy, cancellationToken);
            return await active.Policy.Retry.DecideAsync(
                RoutingScope.Create(active, message),
                new RetrySubject(
                    OctetString.FromText(recipient.Address.Domain.ToLowerInvariant()),
                    failure.HostWide ? null : OctetString.FromText(recipient.Address.LocalPart),
                    failure.Host),
                failure is { Class: FailureClass.HostRetryTimeNotReached, HostTime: { } met } ? RetryFailures.Of(met.Class, met.ReplyCode) : RetryFailures.Of(failure),
                now - (recipient.FirstFailedAt ?? now),
                recipient.LastInterval ?? TimeSpan.Zero,
                Random.Shared,
                cancellationToken);
        }
    }

    /// <summary>Whoever was not tried comes a little after the host's time, each message at another moment: the first ones find out for the others.</summary>
    private static DateTimeOffset Behind(MessageFacts message, DateTimeOffset time, DateTimeOffset now)
    {
        var wait = time - now;
        var spread = wait > TimeSpan.Zero ? TimeSpan.FromTicks(Math.Min(wait.Ticks / 10, LongestSpread.Ticks)) : TimeSpan.Zero;
        return (wait > TimeSpan.Zero ? time : now) + (spread * (SHA256.HashData(Encoding.ASCII.GetBytes(message.Id.ToString()))[0] / 256.0));
    }
}
