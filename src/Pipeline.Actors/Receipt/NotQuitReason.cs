namespace Pipeline.Actors.Receipt;

/// <summary>Words of <c>$smtp_notquit_reason</c>: why a connection ended other than by QUIT.</summary>
internal static class NotQuitReason
{
    public const string ConnectionLost = "connection-lost";
    public const string AclDrop = "acl-drop";

    /// <summary>Null when the session goes on.</summary>
    public static string? Of(SessionBreak ends) => ends switch
    {
        SessionBreak.None => null,
        SessionBreak.CommandTimeout => "command-timeout",
        SessionBreak.DataTimeout => "data-timeout",
        SessionBreak.Shutdown => "signal-exit",
        SessionBreak.TlsFailed => "tls-failed",
        SessionBreak.OutOfStep => "synchronization-error",
        _ => "bad-commands",
    };
}
