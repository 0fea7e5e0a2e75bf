namespace Pipeline.Storage.Tests.Postgres.Membership;

/// <summary>Tests with the leases of production, in which a life ends when its process has no turn for seconds. They run when no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RealTime
{
    public const string Name = "real time";
}
