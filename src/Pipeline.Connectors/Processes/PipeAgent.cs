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
    public async ValueTask<DeliveryReport> DeliverAsync(DeliveryJob job, CancellationToken cancellationToken)
    {
        var settings = (PipeTransportSettings)job.Transport;
        var (outcome, output) = await RunAsync(job, settings, cancellationToken);
        return DeliveryReport.ForAll(job.Recipients, outcome, PipeOutcome.Logged(settings, outcome, output));
    }

    private async ValueTask<(DeliveryOutcome Outcome, string Output)> RunAsync(DeliveryJob job, PipeTransportSettings settings, CancellationToken cancellationToken)
    {
        if (settings.MessageSizeLimit > 0 && job.Content.HeaderBlock.Length + job.Content.BodySize > settings.MessageSizeLimit)
        {
            return (FileFailure.TooBig(settings.MessageSizeLimit), "");
        }

        try
        {
            if (job.BeforeFinalStep is { } mayFinish && !await mayFinish(cancellationToken))
            {
                return (FileFailure.Interrupted(), "");
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (FileFailure.Interrupted(), "");
        }

        var start = PipeProgram.Of(job, settings);
        var record = MailboxRecord.Create(job, settings.Frame, time.GetUtcNow());
        try
        {
            var run = await ExternalProgram.RunAsync(
                start, record.ReadAsync(cancellationToken), settings.Timeout, settings.MaxOutput, time, cancellationToken);
            return (PipeOutcome.Of(settings, string.Join(' ', start.Arguments.Select(OctetString.ToText)), run), run.Output);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (Stopped(start.Arguments[0]), "");
        }
        catch (IOException exception)
        {
            return (FileFailure.Local("local delivery is not possible at present", exception.Message), "");
        }
    }

    private static DeliveryOutcome.Deferred Stopped(string program) => new(new DeliveryFailure
    {
        Class = FailureClass.InDoubt,
        Reason = "delivery was stopped while the program ran",
        Internal = $"{program} was killed because the node stops",
    });
}
