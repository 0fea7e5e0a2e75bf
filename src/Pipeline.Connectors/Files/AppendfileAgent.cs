using Pipeline.Connectors.Ports;

namespace Pipeline.Connectors.Files;

/// <summary>The appendfile transport: appends to mbox files, or adds files to directories.</summary>
/// <remarks>
/// The recipients of a job share one copy. Success is reported only when the copy would survive a power failure. A repeat after a crash
/// (<see cref="DeliveryJob.InDoubt"/>) finds the copy of the earlier attempt, so that each message is stored once, provided that the job
/// names the same recipients again. What a user has removed from the mailbox between crash and repeat is stored anew.
/// </remarks>
public sealed class AppendfileAgent(BlockingIoPool io, TimeProvider time) : IDeliveryAgent
{
    // Exim specification, "Operational details for appending": nothing is done, and that is a success.
    private const string Nowhere = "/dev/null";

    private readonly MaildirStore _maildir = new(io);
    private readonly DirectoryStore _directory = new(io);
    private readonly MailstoreStore _mailstore = new(io);
    private readonly MboxStore _mbox = new(io, time);

    public async ValueTask<DeliveryReport> DeliverAsync(DeliveryJob job, CancellationToken cancellationToken)
    {
        var settings = (AppendfileTransportSettings)job.Transport;
        var (outcome, warns) = await StoreAsync(job, settings, cancellationToken);
        var report = DeliveryReport.ForAll(job.Recipients, outcome);
        return warns && outcome is DeliveryOutcome.Delivered
            ? new DeliveryReport(report.Recipients.SetItem(0, report.Recipients[0] with { Reply = settings.Quota.Warning }))
            : report;
    }

    private async ValueTask<StoreResult> StoreAsync(DeliveryJob job, AppendfileTransportSettings settings, CancellationToken cancellationToken)
    {
        if (settings.MessageSizeLimit > 0 && job.Content.HeaderBlock.Length + job.Content.BodySize > settings.MessageSizeLimit)
        {
            return FileFailure.TooBig(settings.MessageSizeLimit);
        }

        try
        {
            if (MailboxPath.Check(settings.Path, settings.Root) is { } problem)
            {
                return FileFailure.BadPath($"{settings.Path}: {problem}");
            }

            if (settings.Path == Nowhere)
            {
                return DeliveryOutcome.Delivered.Locally(Nowhere);
            }

            var record = MailboxRecord.Create(job, settings.Frame, time.GetUtcNow());
            return settings.Format switch
            {
                MailboxFormat.Maildir => await _maildir.StoreAsync(job, settings, record, cancellationToken),
                MailboxFormat.Directory => await _directory.StoreAsync(job, settings, record, cancellationToken),
                MailboxFormat.Mailstore => await _mailstore.StoreAsync(job, settings, record, cancellationToken),
                _ => await _mbox.StoreAsync(job, settings, record, cancellationToken),
            };
        }
        catch (Exception exception) when (FileFailure.IsFileError(exception))
        {
            return FileFailure.From(exception);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return FileFailure.Interrupted();
        }
    }
}
