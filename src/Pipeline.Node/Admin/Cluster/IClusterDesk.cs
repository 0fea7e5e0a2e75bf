namespace Pipeline.Node.Admin.Cluster;

/// <summary>Where the cluster is looked at and put in order: a node, or the database itself.</summary>
/// <remarks>Every call throws <see cref="AdminException"/> when that cannot be reached, or refuses.</remarks>
internal interface IClusterDesk
{
    Task<ClusterDocument> ReadAsync(CancellationToken cancellationToken);

    Task<RolesDocument> ReadRolesAsync(CancellationToken cancellationToken);

    /// <param name="after">A number, or the negative of how many of the last ones.</param>
    /// <param name="wait">How long to wait for one when there is none.</param>
    Task<EventsDocument> ReadEventsAsync(long after, int limit, TimeSpan wait, CancellationToken cancellationToken);

    Task<LagDocument> ReadLagAsync(CancellationToken cancellationToken);

    /// <summary>Ends a node's life whether it is well or not.</summary>
    Task<OrderResult> DownAsync(string node, CancellationToken cancellationToken);

    Task<OrderResult> DownUnreachableAsync(CancellationToken cancellationToken);
}
