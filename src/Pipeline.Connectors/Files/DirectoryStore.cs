using Pipeline.Connectors.Ports;
using Pipeline.Faults;

namespace Pipeline.Connectors.Files;

/// <summary>A plain directory: each message is a file, written under another name first.</summary>
/// <remarks>
/// Without the option directory_file the name is the same at every attempt. With it, it may differ: a repeat in doubt looks for a file that is the same, octet
/// for octet, before it writes another. A name that is taken is taken over, as Exim does.
/// </remarks>
internal sealed class DirectoryStore(BlockingIoPool io)
{
    public async ValueTask<StoreResult> StoreAsync(
        DeliveryJob job, AppendfileTransportSettings settings, MailboxRecord record, CancellationToken cancellationToken)
    {
        var target = $"{settings.Path.TrimEnd('/')}/{settings.FileName}";
        var folder = DurableDirectory.Parent(target);
        if (job.InDoubt && await FindStoredAsync(folder, target, record, cancellationToken) is { } stored)
        {
            Crash.At(CrashPoint.TakeoverMaildirFound);
            return DeliveryOutcome.Delivered.Locally(stored);
        }

        if (await io.RunAsync(() => MailboxDirectory.Prepare(settings, folder), cancellationToken) is { } problem)
        {
            return problem;
        }

        var (used, files) = await io.RunAsync(() => QuotaCheck.Measure(settings), cancellationToken);
        var temporary = MessageFile.TemporaryName($"{folder}/temp.{job.MessageId}");
        try
        {
            var size = await MessageFile.WriteAsync(io, temporary, settings.Mode, record.ReadAsync(cancellationToken), cancellationToken);
            var verdict = QuotaCheck.Judge(settings.Quota, used, files, size, target);
            if (verdict.Failure is { } full)
            {
                return full;
            }

            if (job.BeforeFinalStep is { } mayFinish && !await mayFinish(cancellationToken))
            {
                return FileFailure.Interrupted();
            }

            return new StoreResult(await io.RunAsync(() => Publish(temporary, target, folder), CancellationToken.None), verdict.Warns);
        }
        finally
        {
            await io.RunAsync(() => File.Delete(temporary), CancellationToken.None);
        }
    }

    private static DeliveryOutcome Publish(string temporary, string target, string folder)
    {
        File.Move(temporary, target, overwrite: true);
        return MessageFile.Publish(folder, target);
    }

    private async ValueTask<string?> FindStoredAsync(string folder, string target, MailboxRecord record, CancellationToken cancellationToken)
    {
        var candidates = await io.RunAsync(() => Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Take(MailboxDirectory.MaxFiles).ToArray() : [], cancellationToken);
        foreach (var path in candidates.OrderBy(path => path == target ? 0 : 1))
        {
            using var file = await io.RunAsync(() => Posix.OpenToRead(path), cancellationToken);
            if (file is not null && !Path.GetFileName(path).StartsWith("temp.", StringComparison.Ordinal) && await new MboxSearch(io, file, record).IsWholeFileAsync(cancellationToken))
            {
                return path;
            }
        }

        return null;
    }
}
