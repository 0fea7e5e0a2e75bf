using Pipeline.Connectors.Files;
using Pipeline.Connectors.Ports;
using Pipeline.Policy.Processes;
using Pipeline.Policy.Transports;

namespace Pipeline.Connectors.Processes;

/// <summary>Sends a message through the program of <c>transport_filter</c> before its transport has it (Exim specification, "transport_filter").</summary>
/// <remarks>
/// The program reads the message as the transport would write it, header edits applied, with LF line ends, and writes the one that is delivered, on standard output
/// and standard error alike. What it does can be done again: its run is no final step. It may write <see cref="MaxGrowth"/> times what it reads and
/// <see cref="MaxAddition"/> octets more. A repeat after a crash finds an mbox record only when the program writes the same again.
/// </remarks>
public sealed class TransportFilter(TimeProvider time)
{
    private const int MaxGrowth = 4;
    private const int MaxAddition = 1024 * 1024;

    private static readonly MessageFrame Plain = new("", "", "", "", UseCrlf: false, Bsmtp: false);

    /// <summary>Filters the message of a job and has <paramref name="deliver"/> deliver what comes out; without it every recipient is deferred.</summary>
    public async ValueTask<DeliveryReport> DeliverAsync(
        DeliveryJob job, Func<DeliveryJob, CancellationToken, ValueTask<DeliveryReport>> deliver, CancellationToken cancellationToken)
    {
        var transport = job.Transport;
        await using var filtered = new FilteredMessage(transport.BodyOnly);
        return await RunAsync(job, filtered, cancellationToken) is { } failure
            ? DeliveryReport.ForAll(job.Recipients, failure)
            : await deliver(job with { Content = filtered, Transport = WithoutEdits(transport) }, cancellationToken);
    }

    private async ValueTask<DeliveryOutcome?> RunAsync(DeliveryJob job, FilteredMessage filtered, CancellationToken cancellationToken)
    {
        var transport = job.Transport;
        var record = MailboxRecord.Create(job, Plain, time.GetUtcNow());
        var start = new ProcessStart
        {
            Arguments = [.. PipeProgram.Arguments(job, transport.Filter)],
            Environment = new Dictionary<string, string> { ["PATH"] = PipeProgram.DefaultPath },
        };
        var limit = (record.Head.Length + job.Content.BodySize) * MaxGrowth + MaxAddition;
        try
        {
            var run = await ExternalProgram.RunAsync(
                start, record.ReadAsync(cancellationToken), filtered.AppendAsync, transport.FilterTimeout, limit, time, cancellationToken);
            if (run is not { End: ProgramEnd.Ended, Exit: { Status: 0, Signal: 0 } })
            {
                return FileFailure.Local("the message could not be filtered", Describe(run));
            }

            filtered.Complete();
            return null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return FileFailure.Interrupted();
        }
        catch (Exception exception) when (FileFailure.IsFileError(exception))
        {
            return FileFailure.Local("the message could not be filtered", exception.Message);
        }
    }

    private static string Describe(ProgramRun run) => run.End switch
    {
        ProgramEnd.NotStarted => $"transport filter process failed (127): unable to execute command: {run.Problem}",
        ProgramEnd.Ended when run.Exit.Signal == 0 => $"transport filter process failed ({run.Exit.Status})",
        ProgramEnd.Ended => $"transport filter process failed (signal {run.Exit.Signal})",
        ProgramEnd.TimedOut => "transport filter timed out",
        ProgramEnd.TooMuchOutput => "transport filter wrote too much",
        _ => $"transport filter process failed: {run.Problem}",
    };

    private static TransportSettings WithoutEdits(TransportSettings transport) => transport with
    {
        Filter = [],
        HeaderBlock = null,
        HeadersAdd = [],
        HeadersRemove = [],
        ReturnPathAdd = false,
        EnvelopeToAdd = false,
        DeliveryDateAdd = false,
        HeadersOnly = false,
    };
}
