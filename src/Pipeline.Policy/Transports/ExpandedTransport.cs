using System.Collections.Immutable;
using Pipeline.Mail.Addressing;
using Pipeline.Policy.Rewriting;

namespace Pipeline.Policy.Transports;

/// <summary>The options of a transport with their values for one delivery. Defaults are those of the configuration language.</summary>
public abstract record ExpandedTransport(string Name)
{
    /// <summary>Header fields to append, those of routers first.</summary>
    public ImmutableArray<string> HeadersAdd { get; init; } = [];

    /// <summary>Names of header fields to leave out, those of routers first.</summary>
    public ImmutableArray<string> HeadersRemove { get; init; } = [];

    /// <summary>What <c>headers_rewrite</c> makes of the header of the message; null when it changes nothing.</summary>
    public RewrittenHeader? RewrittenHeader { get; init; }

    public bool ReturnPathAdd { get; init; }

    public bool EnvelopeToAdd { get; init; }

    public bool DeliveryDateAdd { get; init; }

    /// <summary>Octets; 0 for no limit.</summary>
    public long MessageSizeLimit { get; init; }

    /// <summary>Replaces the envelope sender; null to leave it.</summary>
    public EnvelopeAddress? ReturnPath { get; init; }

    /// <summary>Recipients keep the affixes that the router took off.</summary>
    public bool IncludeAffixes { get; init; }

    public bool BodyOnly { get; init; }

    public bool HeadersOnly { get; init; }

    /// <summary>A transport that is to have the message too once this one has delivered it; null for none.</summary>
    public string? Shadow { get; init; }

    /// <summary>What an operator is told of the expansion; empty for nothing.</summary>
    public string Note { get; init; } = "";

    /// <summary>A program that the message goes through first, null for the addresses; empty for none.</summary>
    public ImmutableArray<string?> Filter { get; init; } = [];

    public TimeSpan FilterTimeout { get; init; } = TimeSpan.FromMinutes(5);

    public bool DisableLogging { get; init; }

    /// <summary>Deliveries by this transport at the same time; 0 for no limit.</summary>
    public int MaxParallel { get; init; }

    public string? HomeDirectory { get; init; }

    public string? CurrentDirectory { get; init; }

    public string? User { get; init; }

    public string? Group { get; init; }

    /// <summary>Recipients that one delivery may serve.</summary>
    public int BatchMax { get; init; } = int.MaxValue;

    /// <summary>What recipients must have in common to share a delivery, besides the options; null for nothing more.</summary>
    public string? BatchId { get; init; }
}

/// <summary>The queuefile transport, expanded.</summary>
/// <param name="Directory">Absolute.</param>
public sealed record ExpandedQueuefileTransport(string Name, string Directory) : ExpandedTransport(Name);

/// <summary>The appendfile transport, expanded.</summary>
/// <param name="Path">Absolute: the mbox file, or the directory.</param>
public sealed record ExpandedAppendfileTransport(string Name, string Path) : ExpandedTransport(Name)
{
    public MailboxForm Form { get; init; }

    /// <summary>In a plain directory the name of the file, perhaps with folders; of a mailstore the name that both files have before their endings.</summary>
    public string FileName { get; init; } = "";

    /// <summary>What a mailstore has before and behind the envelope.</summary>
    public string EnvelopePrefix { get; init; } = "";

    public string EnvelopeSuffix { get; init; } = "";

    public required MessageFrame Frame { get; init; }

    /// <summary>Permission bits.</summary>
    public int Mode { get; init; } = 0b110_000_000;

    /// <summary>Delivery waits when an existing mbox has less than <see cref="Mode"/>.</summary>
    public bool ModeFailNarrower { get; init; } = true;

    public int DirectoryMode { get; init; } = 0b111_000_000;

    public bool CreateDirectory { get; init; } = true;

    public bool FileMustExist { get; init; }

    /// <summary>The option <c>create_file</c> lets the file or directory be made where it is.</summary>
    public bool MayCreate { get; init; } = true;

    /// <summary>An existing mbox must belong to the user of the node.</summary>
    public bool CheckOwner { get; init; } = true;

    public bool CheckGroup { get; init; }

    public bool AllowSymlink { get; init; }

    public bool UseLockFile { get; init; } = true;

    public int LockFileMode { get; init; } = 0b110_000_000;

    public bool UseFcntlLock { get; init; } = true;

    public bool UseFlockLock { get; init; }

    public int LockRetries { get; init; } = 10;

    public TimeSpan LockInterval { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan LockFileTimeout { get; init; } = TimeSpan.FromMinutes(30);

    public MailboxQuota Quota { get; init; } = MailboxQuota.None;

    public MaildirTag? MaildirTag { get; init; }

    /// <summary>The Maildir is a folder of another, and gets the file that says so.</summary>
    public bool MakesMaildirFolder { get; init; }
}

/// <summary>What the appendfile transport writes.</summary>
public enum MailboxForm
{
    Mbox = 0,
    Maildir = 1,

    /// <summary>A file for each message, and nothing else.</summary>
    Directory = 2,

    /// <summary>Two files for each message: envelope and content.</summary>
    Mailstore = 3,
}
