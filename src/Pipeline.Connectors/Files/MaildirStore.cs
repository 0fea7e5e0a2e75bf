using System.Globalization;
using Pipeline.Connectors.Ports;
using Pipeline.Faults;

namespace Pipeline.Connectors.Files;

/// <summary>Maildir: written under tmp, flushed, linked into new, and the directory flushed.</summary>
/// <remarks>
/// The name under new is made of message id and recipient index alone, so every attempt of every node arrives at the same one, and linking
/// fails when it is there. Names under tmp are random: an attempt that has lost its message must not touch the file of its successor.
/// </remarks>
internal sealed class MaildirStore(BlockingIoPool io)
{
    private const int MaxName = 255;

    public async ValueTask<StoreResult> StoreAsync(
        DeliveryJob job, AppendfileTransportSettings settings, MailboxRecord record, CancellationToken cancellationToken)
    {
        var mailbox = settings.Path.TrimEnd('/');
        var name = NameOf(job);
        if (job.InDoubt && await io.RunAsync(() => FindStored(mailbox, name), cancellationToken) is { } stored)
        {
            Crash.At(CrashPoint.TakeoverMaildirFound);
            return DeliveryOutcome.Delivered.Locally(stored);
        }

        if (await io.RunAsync(() => MailboxDirectory.Prepare(settings, $"{mailbox}/tmp", $"{mailbox}/new", $"{mailbox}/cur"), cancellationToken) is { } problem)
        {
            return problem;
        }

        var (used, files) = await io.RunAsync(() => QuotaCheck.Measure(settings), cancellationToken);
        var temporary = MessageFile.TemporaryName($"{mailbox}/tmp/{name}");
        try
        {
            var size = await MessageFile.WriteAsync(io, temporary, settings.Mode, record.ReadAsync(cancellationToken), cancellationToken);
            var (tag, error) = settings.MaildirTag is { } maildirTag ? await maildirTag.ExpandAsync(size, cancellationToken) : ("", null);
            var target = $"{mailbox}/new/{name}{(name.Length + tag.Length <= MaxName ? tag : "")}";
            if (error is not null)
            {
                return FileFailure.Local("mailbox cannot be written at present", error);
            }

            var verdict = QuotaCheck.Judge(settings.Quota, used, files, size, target);
            if (verdict.Failure is { } full)
            {
                return full;
            }

            if (job.BeforeFinalStep is { } mayFinish && !await mayFinish(cancellationToken))
            {
                return FileFailure.Interrupted();
            }

            return new StoreResult(await io.RunAsync(() => Publish(temporary, target, mailbox, settings, size), CancellationToken.None), verdict.Warns);
        }
        finally
        {
            await io.RunAsync(() => File.Delete(temporary), CancellationToken.None);
        }
    }

    // The second field is ours; the last one is where others have a host name, which must not differ between the nodes of a cluster.
    private static string NameOf(DeliveryJob job)
    {
        var first = job.Recipients.Min(recipient => recipient.Index);
        return string.Create(CultureInfo.InvariantCulture, $"{job.ReceivedAt.ToUnixTimeSeconds()}.{job.MessageId}R{first}.mailpipeline");
    }

    // Readers move a message to cur and add flags behind a colon; the tag may have changed since. No name of ours is the beginning of another.
    private static string? FindStored(string mailbox, string name)
    {
        foreach (var folder in new[] { "new", "cur" })
        {
            var directory = $"{mailbox}/{folder}";
            var found = Directory.Exists(directory)
                ? Directory.EnumerateFiles(directory).Take(MailboxDirectory.MaxFiles).FirstOrDefault(path => Path.GetFileName(path).StartsWith(name, StringComparison.Ordinal))
                : null;
            if (found is not null)
            {
                return found;
            }
        }

        return null;
    }

    private static DeliveryOutcome Publish(string temporary, string target, string mailbox, AppendfileTransportSettings settings, long size)
    {
        // Also when the name was there the directory is flushed: the attempt that made it may have ended before that.
        if (Posix.TryLink(temporary, target) && settings.Quota.UseSizeFile)
        {
            new MaildirSizeFile(MailboxDirectory.QuotaDirectory(settings), settings.Quota).Add(size);
        }

        return MessageFile.Publish($"{mailbox}/new", target);
    }
}
