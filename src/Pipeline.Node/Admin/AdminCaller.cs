using Pipeline.Policy.Callers;

namespace Pipeline.Node.Admin;

/// <summary>Who speaks on a connection to the admin API. Set on the connection, before any request is read; a connection without one is refused.</summary>
/// <param name="Name">As journals name who gave an order.</param>
/// <param name="Program">Of a program on this machine, as whom it runs; null for others.</param>
internal sealed record AdminCaller(string Name, AdminRole Role, CallerCredentials? Program = null)
{
    /// <summary>What a program without a role may, as the configuration says.</summary>
    public bool MayListQueue { get; init; }

    /// <inheritdoc cref="MayListQueue"/>
    public bool MayProd { get; init; }
}

/// <summary>What a caller may do. The numbers rise with the rights.</summary>
internal enum AdminRole
{
    /// <summary>Nothing: a certificate that names no role, or a user of this machine, who hands over mail.</summary>
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

    /// <summary>The queue is listed, for a user of this machine (<c>queue_list_requires_admin</c>).</summary>
    List = 4,

    /// <summary>Messages are to be tried now (<c>prod_requires_admin</c>).</summary>
    Prod = 5,
}
