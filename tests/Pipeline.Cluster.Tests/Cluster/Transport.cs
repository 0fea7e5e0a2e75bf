namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>A way of delivery.</summary>
internal enum Transport
{
    /// <summary>The address has none of its own: it is redirected, or fails.</summary>
    None,

    Maildir,
    Mbox,
    Queuefile,
    Smtp,
}
