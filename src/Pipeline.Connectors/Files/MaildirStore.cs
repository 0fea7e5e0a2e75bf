using System.Globalization;
using Microsoft.Win32.SafeHandles;
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
    // Bounds the look at a mailbox in doubt, and the sum for its quota.
    private const int MaxFiles = 1_000_000;

    public async ValueTask<DeliveryOutcome> StoreAsync(
        DeliveryJob job, AppendfileTransportSettings settings, MailboxRecord record, CancellationToken cancellationToken)
    {
        var mailbox = settings.Path.TrimEnd('/');
        var name = NameOf(job);
        var target = $"{mailbox}/new/{name}{TagOf(settings.MaildirTag)}";
        if (job.InDoubt && await io.RunAsync(() => IsStored(mailbox, name), cancellationToken))
        {
            Crash.At(CrashPoint.TakeoverMaildirFound);
            return DeliveryOutcome.Delivered.Locally(target);
        }

        if (await io.RunAsync(() => Prepare(mailbox, settings, record.Head.Length + job.Content.BodySize), cancellationToken) is { } problem)
        {
            return problem;
        }

        var temporary = $"{mailbox}/tmp/{name}.{Guid.NewGuid():N}";
        try
        {
            await WriteAsync(temporary, settings.Mode, record, cancellationToken);
            Crash.At(CrashPoint.DeliverMaildirSynced);
            return job.BeforeFinalStep is { } mayFinish && !await mayFinish(cancellationToken)
                ? FileFailure.Interrupted()
                : await io.RunAsync(() => Publish(temporary, target, mailbox), CancellationToken.None);
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

    // Behind a comma, where readers look for attributes, and without what would make it another name.
    private static string TagOf(string tag)
    {
        var allowed = string.Concat(tag.Where(c => char.IsAsciiLetterOrDigit(c) || c is ',' or '=' or '_' or '-' or '.'));
        return allowed.Length == 0 || allowed[0] == ',' ? allowed : "," + allowed;
    }

    // Readers move a message to cur and add flags behind a colon; the tag may have changed since.
    private static bool IsStored(string mailbox, string name)
    {
        foreach (var folder in new[] { "new", "cur" })
        {
            var directory = $"{mailbox}/{folder}";
            if (!Directory.Exists(directory))
            {
                continue;
            }

            foreach (var path in Directory.EnumerateFiles(directory).Take(MaxFiles))
            {
                var file = Path.GetFileName(path.AsSpan());
                if (file.StartsWith(name, StringComparison.Ordinal) && (file.Length == name.Length || file[name.Length] is ',' or ':'))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static DeliveryOutcome? Prepare(string mailbox, AppendfileTransportSettings settings, long size)
    {
        if (!Directory.Exists(mailbox) && !settings.CreateDirectory)
        {
            return FileFailure.Local("mailbox does not exist", mailbox);
        }

        foreach (var folder in new[] { "tmp", "new", "cur" })
        {
            DurableDirectory.Create($"{mailbox}/{folder}", settings.DirectoryMode);
        }

        if (settings.Quota <= 0 && settings.QuotaFileCount <= 0)
        {
            return null;
        }

        var (used, count) = (0L, 0L);
        foreach (var file in new DirectoryInfo(mailbox).EnumerateFiles("*", SearchOption.AllDirectories).Take(MaxFiles))
        {
            used += file.Length;
            count++;
        }

        return settings.Quota > 0 && used + size > settings.Quota ? FileFailure.Quota($"{mailbox}: {used} of {settings.Quota} octets used")
            : settings.QuotaFileCount > 0 && count >= settings.QuotaFileCount ? FileFailure.Quota($"{mailbox}: {count} of {settings.QuotaFileCount} files used")
            : null;
    }

    private async Task WriteAsync(string path, UnixFileMode mode, MailboxRecord record, CancellationToken cancellationToken)
    {
        SafeFileHandle? file = null;
        try
        {
            file = await io.RunAsync(() => Posix.CreateNew(path, mode), cancellationToken);
            var offset = 0L;
            await foreach (var piece in record.ReadAsync(cancellationToken))
            {
                await io.RunAsync(() => RandomAccess.Write(file, piece.Span, offset), cancellationToken);
                offset += piece.Length;
            }

            Crash.At(CrashPoint.DeliverMaildirWritten);
            await io.RunAsync(() => RandomAccess.FlushToDisk(file), cancellationToken);
        }
        finally
        {
            file?.Dispose();
        }
    }

    private static DeliveryOutcome Publish(string temporary, string target, string mailbox)
    {
        _ = Posix.TryLink(temporary, target);
        Crash.At(CrashPoint.DeliverMaildirLinked);
        try
        {
            // Also when the name was there: the attempt that made it may have ended before this.
            Posix.FlushDirectory($"{mailbox}/new");
            Crash.At(CrashPoint.DeliverMaildirPublished);
            return DeliveryOutcome.Delivered.Locally(target);
        }
        catch (IOException exception)
        {
            return new DeliveryOutcome.Deferred(new DeliveryFailure
            {
                Class = FailureClass.InDoubt,
                Reason = "mailbox could not be made durable",
                Internal = exception.Message,
            });
        }
    }
}
