using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Postgres.Writing;

/// <summary>A write in the name of lives whose leases must be held.</summary>
internal interface IOwnedWrite
{
    IEnumerable<Ownership> Owners { get; }
}
