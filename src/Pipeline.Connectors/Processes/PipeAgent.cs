using Pipeline.Connectors.Files;
using Pipeline.Connectors.Ports;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Processes;

namespace Pipeline.Connectors.Processes;

/// <summary>The pipe transport: writes the message to a program and takes its end for the outcome (Exim specification, "The pipe transport").</summary>
/// <remarks>
/// The final step is to start the program: from then on it may have done what it does. An attempt that this side ends before the program's
/// end was seen is in doubt, and is repeated: a program may see a message twice, and must not mind.
/// </remarks>
public sealed class PipeAgent(TimeProvider time) : IDeliveryAgent
{
    public async ValueTask<DeliveryReport> DeliverAsync(DeliveryJob job, CancellationToken cancellationToken) =>
        DeliveryReport.ForAll(job.Recipients, await RunAsync(job, (PipeTransportSettings)job.Transport, cancellationToken));

    private async ValueTask<DeliveryOutcome> RunAsync(DeliveryJob job, PipeTransportSettings settings, CancellationToken cancellationToken)
    {
        if (settings.MessageSizeLimit > 0 && job.Content.HeaderBlock.Length + job.Content.BodySize > settings.MessageSizeLimit)
        {
            return FileFailure.TooBig(settings.MessageSizeLimit);
        }

        try
        {
            if (job.BeforeFinalStep is { } mayFinish && !await mayFinish(cancellationToken))
            {
                return FileFailure.Interrupted();
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return FileFailure.Interrupted();
        }

        var start = PipeProgram.Of(job, settings);
        var record = MailboxRecord.Create(job, settings.Frame, time.GetUtcNow());
        try
        {
            var run = await ExternalProgram.RunAsync(
                start, record.ReadAsync(cancellationToken), settings.Timeout, settings.MaxOutput, time, cancellationToken);
            return PipeOutcome.Of(settings, string.Join(' ', start.Arguments.Select(OctetString.ToText)), run);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new DeliveryOutcome.Deferred(new DeliveryFailure
            {
                Class = FailureClass.InDoubt,
                Reason = "delivery was stopped while the program ran",
                Internal = $"{start.Arguments[0]} was killed because the node stops",
            });
        }
        catch (IOException exception)
        {
            return FileFailure.Local("local delivery is not possible at present", exception.Message);
        }
    }
}
