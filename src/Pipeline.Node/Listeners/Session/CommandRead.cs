using Pipeline.Mail.Smtp;

namespace Pipeline.Node.Listeners.Session;

/// <summary>How the wait for a command ended.</summary>
internal enum CommandReadStatus
{
    Command,

    /// <summary>The client closed its side, or the connection broke.</summary>
    Lost,

    TimedOut,

    /// <summary>The server ends.</summary>
    Draining,

    /// <summary>More octets than any command line may have, and no line end among them.</summary>
    Overflow,
}

/// <param name="Command">Set with <see cref="CommandReadStatus.Command"/>.</param>
internal readonly record struct CommandRead(CommandReadStatus Status, SmtpCommand? Command = null);
