using Pipeline.Connectors.Ports;
using Pipeline.Policy.Transports;

namespace Pipeline.Connectors.Files;

/// <summary>Whether a mailbox takes one more message.</summary>
/// <param name="Failure">Null when it does.</param>
/// <param name="Warns">It goes beyond the threshold with this message.</param>
internal readonly record struct QuotaVerdict(DeliveryOutcome? Failure, bool Warns);

/// <summary>Judges what a mailbox holds by its quota (Exim specification, "quota" of the appendfile transport).</summary>
internal static class QuotaCheck
{
    /// <param name="used">Octets in the mailbox.</param>
    /// <param name="files">Files in it; null when it is one file.</param>
    /// <param name="size">Octets of the message.</param>
    /// <param name="place">For the log.</param>
    public static QuotaVerdict Judge(MailboxQuota quota, long used, long? files, long size, string place)
    {
        used = quota.KnownSize ?? used;
        files = files is null ? null : quota.KnownFileCount ?? files;
        if (quota is { Limit: > 0, IsAdvice: false } && used + (quota.IsInclusive ? size : 0) > quota.Limit)
        {
            return new(FileFailure.Quota($"mailbox is full (MTA-imposed quota exceeded while writing to {place})"), false);
        }

        if (quota is { FileCount: > 0, FileCountIsAdvice: false } && files + (quota.IsInclusive ? 1 : 0) > quota.FileCount)
        {
            return new(FileFailure.Quota($"mailbox is full (MTA-imposed filecount quota exceeded while writing to {place})"), false);
        }

        return new(null, quota.WarnThreshold > 0 && used <= quota.WarnThreshold && used + size > quota.WarnThreshold);
    }

    /// <summary>What a mailbox with a file for each message holds, counted when nobody knows better. Blocks.</summary>
    public static (long Used, long Files) Measure(AppendfileTransportSettings settings)
    {
        var quota = settings.Quota;
        var directory = MailboxDirectory.QuotaDirectory(settings);
        return !quota.IsWatched ? (0, 0)
            : quota.UseSizeFile ? new MaildirSizeFile(directory, quota).Read(settings.Mode)
            : quota is { KnownSize: not null } and ({ KnownFileCount: not null } or { FileCount: 0 }) ? (0, 0)
            : Count(directory, quota);
    }

    private static (long Used, long Files) Count(string directory, MailboxQuota quota)
    {
        var (used, files) = (0L, 0L);
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Take(MailboxDirectory.MaxFiles))
        {
            used += quota.SizeInName?.NumberIn(file.Name) ?? file.Length;
            files++;
        }

        return (used, files);
    }
}
