using Pipeline.Connectors.Ports;

namespace Pipeline.Node.Hosting;

/// <summary>Runs no transport and takes every message for delivered (<c>-N</c>): what is in the queue is gone afterwards.</summary>
internal sealed class PretendedDeliveries : IDeliveryAgent
{
    public ValueTask<DeliveryReport> DeliverAsync(DeliveryJob job, CancellationToken cancellationToken) => new(new DeliveryReport(
        [.. job.Recipients.Select(static recipient => new RecipientReport(recipient.Index, DeliveryOutcome.Delivered.Locally("")) { IsPretended = true })]));
}
