namespace Pipeline.Node.Listeners.Session;

/// <summary>What a session is doing, as far as its clock is concerned.</summary>
internal enum SessionActivity
{
    /// <summary>The server works; the client is not to blame for how long it takes.</summary>
    Working = 0,

    /// <summary>Waiting for a command line: may be woken for a drain.</summary>
    AwaitingCommand,

    /// <summary>Waiting for octets of a message: must not be disturbed but by its deadline.</summary>
    AwaitingData,

    /// <summary>Waiting for the client to take replies.</summary>
    Writing,

    /// <summary>All is said; waiting for the client to close.</summary>
    Lingering,
}
