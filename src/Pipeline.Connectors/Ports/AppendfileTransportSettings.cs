using Pipeline.Policy.Transports;

namespace Pipeline.Connectors.Ports;

/// <summary>How the appendfile transport stores.</summary>
public enum MailboxFormat
{
    /// <summary>One file, messages appended between prefix and suffix.</summary>
    Mbox = 0,

    /// <summary>A directory with tmp, new and cur, one file per message.</summary>
    Maildir = 1,

    /// <summary>A directory with one file per message.</summary>
    Directory = 2,

    /// <summary>A directory with two files per message: <c>.env</c> has the envelope, <c>.msg</c> the message.</summary>
    Mailstore = 3,
}

/// <summary>The appendfile transport: mbox files, and directories with a file per message. Defaults are those of the configuration language.</summary>
/// <remarks>Prefix, suffix, check and escape strings hold one char per octet; the path is text.</remarks>
public sealed record AppendfileTransportSettings(string Name) : TransportSettings(Name)
{
    public MailboxFormat Format { get; init; }

    /// <summary>Absolute path of the mbox file, or of the directory.</summary>
    public required string Path { get; init; }

    /// <summary>When not null, <see cref="Path"/> must lie below this absolute directory, with no symbolic link in between.</summary>
    public string? Root { get; init; }

    /// <summary>
    /// Written before each message, LF line ends. Null: for an mbox the From_ line of return path and time of receipt (RFC 4155), else nothing.
    /// To find its own traces after a crash the transport needs it to be the same at a repeat.
    /// </summary>
    public string? MessagePrefix { get; init; }

    /// <summary>Written behind each message. Null: an empty line for an mbox, else nothing.</summary>
    public string? MessageSuffix { get; init; }

    /// <summary>A line that begins with it gets <see cref="EscapeString"/> in its place; empty for none. Null: <c>From </c> for an mbox, else none.</summary>
    public string? CheckString { get; init; }

    /// <summary>Null: <c>&gt;From </c>.</summary>
    public string? EscapeString { get; init; }

    /// <summary>Store CRLF instead of LF.</summary>
    public bool UseCrlf { get; init; }

    /// <summary>Write the envelope before each message and a dot behind it, as in SMTP.</summary>
    public bool UseBsmtp { get; init; }

    /// <summary>How a message is written, with what is not set.</summary>
    internal MessageFrame Frame => new(
        MessagePrefix ?? (IsBare ? "" : null),
        MessageSuffix ?? (IsBare ? "" : "\n"),
        CheckString ?? (Format == MailboxFormat.Mbox ? "From " : ""),
        EscapeString ?? ">From ",
        UseCrlf,
        UseBsmtp);

    private bool IsBare => Format != MailboxFormat.Mbox || UseBsmtp;

    /// <summary>
    /// In a plain directory the name of the file; of a mailstore the name of both files without their endings. It must be the same at a repeat, and that of no other delivery.
    /// </summary>
    public string FileName { get; init; } = "";

    /// <summary>Before the envelope of a mailstore.</summary>
    public string EnvelopePrefix { get; init; } = "";

    /// <summary>Behind it.</summary>
    public string EnvelopeSuffix { get; init; } = "";

    /// <summary>Permissions of files. An existing mbox that has more loses them.</summary>
    public UnixFileMode Mode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Whether an mbox that has less than <see cref="Mode"/> is not written to.</summary>
    public bool ModeFailNarrower { get; init; } = true;

    public UnixFileMode DirectoryMode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public bool CreateDirectory { get; init; } = true;

    /// <summary>Whether a missing mbox file is created.</summary>
    public bool CreateFile { get; init; } = true;

    /// <summary>Whether the mbox file or the directory may be made where it is, if at all.</summary>
    public bool MayCreate { get; init; } = true;

    /// <summary>An existing mbox must belong to the user of this process.</summary>
    public bool CheckOwner { get; init; }

    /// <summary>And to its group.</summary>
    public bool CheckGroup { get; init; }

    /// <summary>An mbox may be a symbolic link.</summary>
    public bool AllowSymlink { get; init; }

    /// <summary>Lock an mbox with a <c>.lock</c> file.</summary>
    public bool UseLockFile { get; init; } = true;

    /// <summary>Permissions of the lock file.</summary>
    public UnixFileMode LockFileMode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Lock an mbox with flock.</summary>
    public bool UseFlockLock { get; init; }

    /// <summary>Lock an mbox with fcntl.</summary>
    public bool UseFcntlLock { get; init; } = true;

    public int LockRetries { get; init; } = 10;

    public TimeSpan LockInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A lock file older than this is removed; zero for never.</summary>
    public TimeSpan LockFileTimeout { get; init; } = TimeSpan.FromMinutes(30);

    public MailboxQuota Quota { get; init; } = MailboxQuota.None;

    /// <summary>Appended to the name of a Maildir file; null for nothing.</summary>
    public MaildirTag? MaildirTag { get; init; }

    /// <summary>Put the file <c>maildirfolder</c> into the Maildir: it is a folder of another.</summary>
    public bool MakesMaildirFolder { get; init; }
}
