namespace Pipeline.Node.Admin;

/// <summary>Who speaks on a connection to the admin API. Set on the connection, before any request is read; a connection without one is refused.</summary>
/// <param name="Name">As journals name who gave an order.</param>
/// <param name="IsLocal">A program of the node's own user on this machine.</param>
internal sealed record AdminCaller(string Name, AdminRole Role, bool IsLocal = false);

/// <summary>What a caller may do. The numbers rise with the rights.</summary>
internal enum AdminRole
{
    /// <summary>Nothing: a certificate that names no role.</summary>
    None = 0,

    /// <summary>Looks, and gives no orders.</summary>
    Viewer = 1,

    /// <summary>Another node of the cluster: it may what a viewer may, and have messages scanned.</summary>
    Node = 2,

    /// <summary>Looks and gives orders.</summary>
    Operator = 3,
}

/// <summary>What a request is about.</summary>
internal enum AdminAccess
{
    /// <summary>It changes nothing.</summary>
    Look = 0,
    Order = 1,

    /// <summary>A message is to be scanned.</summary>
    Scan = 2,

    /// <summary>A message is handed over by a program on this machine.</summary>
    Submit = 3,
}
