namespace Pipeline.Connectors.Smtp;

/// <summary>How an operation on a connection ended. Whatever is not <see cref="Ok"/> ends the connection.</summary>
internal enum SmtpIoStatus
{
    Ok = 0,

    /// <summary>Nothing came, or nothing could be sent, in time.</summary>
    TimedOut = 1,

    /// <summary>The peer, or the network, ended the connection.</summary>
    Closed = 2,

    /// <summary>The peer sent what is no reply.</summary>
    Malformed = 3,

    /// <summary>This side gave up.</summary>
    Cancelled = 4,
}
