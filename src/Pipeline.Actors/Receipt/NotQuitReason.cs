using Pipeline.Mail.Smtp;

namespace Pipeline.Actors.Receipt;

/// <summary>Words of <c>$smtp_notquit_reason</c>: why a connection ended other than by QUIT.</summary>
internal static class NotQuitReason
{
    public const string ConnectionLost = "connection-lost";
    public const string AclDrop = "acl-drop";

    /// <summary>The word for a refusal of the protocol layer after which it closes; null for one after which the session goes on.</summary>
    /// <param name="command">The command under way; empty between commands.</param>
    public static string? Of(string command, SmtpReply reply) => (reply.Code, reply.Enhanced?.Subject, reply.Enhanced?.Detail) switch
    {
        (421, 4, 2) when command is "DATA" or "BDAT" => "data-timeout",
        (421, 4, 2) => "command-timeout",
        (421, 3, 2) => "signal-exit",
        (421, 7, 5) => "tls-failed",
        (421, _, _) => "bad-commands",
        (554, 5, 0) => "synchronization-error",
        _ => null,
    };
}
