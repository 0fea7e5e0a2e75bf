using Pipeline.Policy.Transports;

namespace Pipeline.Connectors.Ports;

/// <summary>How the appendfile transport stores.</summary>
public enum MailboxFormat
{
    /// <summary>One file, messages appended between prefix and suffix.</summary>
    Mbox = 0,

    /// <summary>A directory with tmp, new and cur, one file per message.</summary>
    Maildir = 1,
}

/// <summary>The appendfile transport: mbox files and Maildir directories. Defaults are those of the configuration language.</summary>
/// <remarks>Prefix, suffix, check and escape strings hold one char per octet; the path is text.</remarks>
public sealed record AppendfileTransportSettings(string Name) : TransportSettings(Name)
{
    public MailboxFormat Format { get; init; }

    /// <summary>Absolute path of the mbox file, or of the Maildir directory.</summary>
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

    /// <summary>Permissions of files.</summary>
    public UnixFileMode Mode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public UnixFileMode DirectoryMode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public bool CreateDirectory { get; init; } = true;

    /// <summary>Whether a missing mbox file is created.</summary>
    public bool CreateFile { get; init; } = true;

    /// <summary>Lock an mbox with a <c>.lock</c> file.</summary>
    public bool UseLockFile { get; init; } = true;

    /// <summary>Lock an mbox with fcntl.</summary>
    public bool UseFcntlLock { get; init; } = true;

    public int LockRetries { get; init; } = 10;

    public TimeSpan LockInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A lock file older than this is removed; zero for never.</summary>
    public TimeSpan LockFileTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Bytes the mailbox may have; 0 for no limit.</summary>
    public long Quota { get; init; }

    /// <summary>Messages a directory may hold; 0 for no limit.</summary>
    public long QuotaFileCount { get; init; }

    /// <summary>Appended to the name of a Maildir file (maildir_tag); letters, digits and <c>,=:_-.</c> only.</summary>
    public string MaildirTag { get; init; } = "";
}
