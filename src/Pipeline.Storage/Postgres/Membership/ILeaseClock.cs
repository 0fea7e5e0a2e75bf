namespace Pipeline.Storage.Postgres.Membership;

/// <summary>The clock that leases age by.</summary>
internal interface ILeaseClock
{
    /// <summary>Since an arbitrary point; never goes back, and goes on while the machine is suspended.</summary>
    TimeSpan Now { get; }
}
