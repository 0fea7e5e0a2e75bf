using Pipeline.Connectors.Ports;
using Pipeline.Faults;

namespace Pipeline.Connectors.Files;

/// <summary>Appends to mbox files, under locks, and flushes. What cannot be appended whole is cut off again.</summary>
internal sealed class MboxStore(BlockingIoPool io, TimeProvider time)
{
    private readonly PathGate _gate = new();

    public async ValueTask<StoreResult> StoreAsync(
        DeliveryJob job, AppendfileTransportSettings settings, MailboxRecord record, CancellationToken cancellationToken)
    {
        if (settings.CreateDirectory)
        {
            await io.RunAsync(() => DurableDirectory.Create(DurableDirectory.Parent(settings.Path), settings.DirectoryMode), cancellationToken);
        }

        using var turn = await _gate.EnterAsync(settings.Path, cancellationToken);
        await using var mailbox = await MboxLock.TakeAsync(io, time, settings, cancellationToken);
        if (mailbox is null)
        {
            return FileFailure.Local("mailbox is locked", settings.Path);
        }

        Crash.At(CrashPoint.DeliverMboxLocked);
        var end = RandomAccess.GetLength(mailbox.File);
        if (job.InDoubt)
        {
            var (trace, offset) = await new MboxSearch(io, mailbox.File, record).FindAsync(cancellationToken);
            if (trace != MboxTrace.None)
            {
                Crash.At(CrashPoint.TakeoverMboxFound);
            }

            if (trace == MboxTrace.Complete)
            {
                await FlushAsync(mailbox, settings.Path);
                return DeliveryOutcome.Delivered.Locally(settings.Path);
            }

            end = trace == MboxTrace.Partial ? offset : end;
        }

        var verdict = QuotaCheck.Judge(settings.Quota, end, files: null, record.Head.Length + job.Content.BodySize, settings.Path);
        if (verdict.Failure is { } full)
        {
            return full;
        }

        if (job.BeforeFinalStep is { } mayFinish && !await mayFinish(cancellationToken))
        {
            return FileFailure.Interrupted();
        }

        return new StoreResult(await AppendAsync(mailbox, settings.Path, record, end, cancellationToken), verdict.Warns);
    }

    private async ValueTask<DeliveryOutcome> AppendAsync(
        MboxLock mailbox, string path, MailboxRecord record, long end, CancellationToken cancellationToken)
    {
        var succeeded = false;
        try
        {
            await io.RunAsync(() => RandomAccess.SetLength(mailbox.File, end), cancellationToken);
            var offset = end + await io.RunAsync(() => EndLastLine(mailbox, end), cancellationToken);
            await foreach (var piece in record.ReadAsync(cancellationToken))
            {
                await io.RunAsync(() => RandomAccess.Write(mailbox.File, piece.Span, offset), cancellationToken);
                offset += piece.Length;
                Crash.At(CrashPoint.DeliverMboxPartWritten);
            }

            Crash.At(CrashPoint.DeliverMboxWritten);
            await FlushAsync(mailbox, path);
            Crash.At(CrashPoint.DeliverMboxSynced);
            succeeded = true;
            return DeliveryOutcome.Delivered.Locally(path);
        }
        finally
        {
            if (!succeeded)
            {
                await io.RunAsync(() => RandomAccess.SetLength(mailbox.File, end), CancellationToken.None);
            }
        }
    }

    // Another program may have died in the middle of a line, which would swallow our first one.
    private static int EndLastLine(MboxLock mailbox, long end)
    {
        Span<byte> last = stackalloc byte[1];
        if (end == 0 || (RandomAccess.Read(mailbox.File, last, end - 1) == 1 && last[0] == '\n'))
        {
            return 0;
        }

        RandomAccess.Write(mailbox.File, "\n\n"u8, end);
        return 2;
    }

    private Task FlushAsync(MboxLock mailbox, string path) =>
        io.RunAsync(
            () =>
            {
                RandomAccess.FlushToDisk(mailbox.File);
                if (mailbox.IsNew)
                {
                    Posix.FlushDirectory(DurableDirectory.Parent(path) is { Length: > 0 } parent ? parent : "/");
                }
            },
            CancellationToken.None);
}
