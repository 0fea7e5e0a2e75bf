using System.Net;

namespace Pipeline.Storage.Postgres.Private;

/// <summary>A way into a private server beside loopback.</summary>
/// <param name="Address">An address of this machine, on which the server listens too.</param>
/// <param name="From">Whoever comes from here is trusted, as on loopback.</param>
public sealed record PostgresEntrance(IPAddress Address, IPNetwork From);
