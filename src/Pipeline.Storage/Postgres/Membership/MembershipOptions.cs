namespace Pipeline.Storage.Postgres.Membership;

/// <summary>How a node keeps its lease and watches the others. The bounds of a cluster's nodes belong together: change none of them on one alone.</summary>
/// <remarks>
/// The order that must hold: <see cref="ClaimAge"/> &lt; <see cref="FinishAge"/> &lt;= the server's idle_session_timeout of the living session (4 s),
/// before which nobody takes over.
/// </remarks>
public sealed record MembershipOptions
{
    /// <summary>How often the lease is proven: often enough that a broken session is noticed, and followed by a new one, before the others judge.</summary>
    public TimeSpan PingEvery { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long one word with the server may take on the living session before the session counts as broken.</summary>
    public TimeSpan PingBound { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Older than this since the last proof, the node claims nothing more.</summary>
    public TimeSpan ClaimAge { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Older than this, it takes no final step.</summary>
    public TimeSpan FinishAge { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Older than this, the life is over, whatever the database says later.</summary>
    public TimeSpan LostAge { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the locks of the others are looked at.</summary>
    public TimeSpan PollEvery { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a lock must be seen missing before its life is ended: the time a node has to come back on a new session.</summary>
    public TimeSpan ConfirmAfter { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>After this node was itself blind (its start, an outage, a suspension) nobody is ended for so long: the others come back too.</summary>
    public TimeSpan BlindGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long joining waits for a name that another session holds: longer than the server keeps the session of a killed or frozen process.</summary>
    public TimeSpan NameWait { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>How often a singleton role is tried for.</summary>
    public TimeSpan RoleEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the node's row is written when its content changed.</summary>
    public TimeSpan ReportEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often it is written when nothing changed.</summary>
    public TimeSpan ReportAtLeastEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A living node that wrote nothing for so long is shown as unreachable.</summary>
    public TimeSpan UnreachableAfter { get; init; } = TimeSpan.FromSeconds(15);

    internal ILeaseClock Clock { get; init; } = new BootClock();

    internal ITakeOverWork Work { get; init; } = new QueueTakeOver();
}
