using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Routing;
using Pipeline.Connectors.Ports;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Retry;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Delivery;

/// <summary>Tries again by the retry section of the policy under which the message began; without a rule a failure is final, as in Exim.</summary>
public sealed class PolicyRetrySchedule(IPolicySource policies) : IRetrySchedule
{
    /// <summary>An attempt that this side broke off says nothing of the destination: it is repeated soon.</summary>
    private static readonly TimeSpan AfterInterruption = TimeSpan.FromSeconds(5);

    public async ValueTask<RetryTime> DecideAsync(
        MessageFacts message, RecipientState recipient, DeliveryFailure failure, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (failure.Class == FailureClass.Interrupted)
        {
            return new RetryTime(now + AfterInterruption);
        }

        var active = await policies.GetAsync(message.Policy, cancellationToken);
        var decision = await active.Policy.Retry.DecideAsync(
            RoutingScope.Create(active, message),
            new RetrySubject(
                OctetString.FromText(recipient.Address.Domain.ToLowerInvariant()),
                failure.HostWide ? null : OctetString.FromText(recipient.Address.LocalPart),
                failure.Host),
            new RetryFailure(Kind(failure.Class), ReplyCode: failure.Reply is { IsTransient: true } reply ? reply.Code : 0),
            now - (recipient.FirstFailedAt ?? now),
            recipient.LastInterval ?? TimeSpan.Zero,
            Random.Shared,
            cancellationToken);
        return decision switch
        {
            RetryDecision.Again again => new RetryTime(now + again.Wait),
            RetryDecision.Expired => new RetryTime(null, "retry timeout exceeded"),
            _ => new RetryTime(null),
        };
    }

    private static FailureKind Kind(FailureClass failure) => failure switch
    {
        FailureClass.ConnectionRefused => FailureKind.ConnectionRefused,
        FailureClass.ConnectionTimeout => FailureKind.ConnectTimeout,
        FailureClass.Timeout => FailureKind.Timeout,
        FailureClass.LostConnection or FailureClass.InDoubt => FailureKind.LostConnection,
        FailureClass.Lookup => FailureKind.Lookup,
        FailureClass.TlsRequired or FailureClass.TlsFailed => FailureKind.TlsRequired,
        FailureClass.AuthFailed => FailureKind.AuthFailed,
        FailureClass.Mail4xx => FailureKind.Mail4xx,
        FailureClass.Rcpt4xx => FailureKind.Rcpt4xx,
        FailureClass.Data4xx => FailureKind.Data4xx,
        FailureClass.Quota => FailureKind.Quota,
        _ => FailureKind.Other,
    };
}
