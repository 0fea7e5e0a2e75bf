namespace Pipeline.Connectors.Ports;

/// <summary>Delivers one message to one or more recipients through one transport.</summary>
/// <remarks>
/// Every recipient of the job is in the report, once. Failures of the peer, the network and the file system are outcomes, not exceptions;
/// an exception means a bug. Cancelling ends the attempt: recipients whose outcome is not known by then are reported as
/// deferred with <see cref="FailureClass.Interrupted"/>, or, past the final step, <see cref="FailureClass.InDoubt"/>.
/// </remarks>
public interface IDeliveryAgent
{
    ValueTask<DeliveryReport> DeliverAsync(DeliveryJob job, CancellationToken cancellationToken);
}
