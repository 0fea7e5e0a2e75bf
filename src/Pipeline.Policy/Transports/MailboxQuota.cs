using Pipeline.Mail.Reply;

namespace Pipeline.Policy.Transports;

/// <summary>How much a mailbox may hold, and how it is found out what it holds (Exim specification, "quota" of the appendfile transport).</summary>
public sealed record MailboxQuota
{
    public static MailboxQuota None { get; } = new();

    /// <summary>Octets; 0 for no limit.</summary>
    public long Limit { get; init; }

    /// <summary>The limit is told to other programs, and stops nothing.</summary>
    public bool IsAdvice { get; init; }

    /// <summary>Files; 0 for no limit.</summary>
    public long FileCount { get; init; }

    public bool FileCountIsAdvice { get; init; }

    /// <summary>The message to deliver counts as well.</summary>
    public bool IsInclusive { get; init; } = true;

    /// <summary>Whose files are counted; null for the directory that is delivered to.</summary>
    public string? Directory { get; init; }

    /// <summary>Finds the size of a file in its name; null to look at the file.</summary>
    public NamePattern? SizeInName { get; init; }

    /// <summary>Octets that the mailbox holds, as another program knows it; null to count.</summary>
    public long? KnownSize { get; init; }

    public long? KnownFileCount { get; init; }

    /// <summary>A delivery that takes the mailbox beyond this is told with <see cref="Warning"/>; octets, 0 for never.</summary>
    public long WarnThreshold { get; init; }

    public AutomaticReply? Warning { get; init; }

    /// <summary>Sizes are kept in the file <c>maildirsize</c> of a Maildir.</summary>
    public bool UseSizeFile { get; init; }

    /// <summary>With a size file: the folders that count; null for all that Maildir++ has.</summary>
    public NamePattern? CountedFolders { get; init; }

    /// <summary>What the mailbox holds has to be known before a delivery.</summary>
    public bool IsWatched => Limit > 0 || FileCount > 0 || WarnThreshold > 0 || UseSizeFile;
}
