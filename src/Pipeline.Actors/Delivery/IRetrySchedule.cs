using Pipeline.Actors.Messages;
using Pipeline.Connectors.Ports;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Delivery;

/// <summary>When a temporary failure is tried again: the retry rules of the policy.</summary>
public interface IRetrySchedule
{
    ValueTask<RetryTime> DecideAsync(
        MessageFacts message, RecipientState recipient, DeliveryFailure failure, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <param name="NextTry">When; null when the time for this recipient is over, so that the failure is permanent.</param>
/// <param name="Reason">For a failure that became permanent, the words to add (<c>retry timeout exceeded</c>).</param>
public sealed record RetryTime(DateTimeOffset? NextTry, string? Reason = null);
