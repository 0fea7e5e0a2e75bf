using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Storage.Postgres.Membership;

/// <summary>How old the last proof of a lease is, and whether the lease is lost.</summary>
/// <remarks>
/// The age is computed when asked, not kept up to date by a timer: a process that was frozen and goes on must not find an old answer.
/// A proof counts from when it was asked for, so that the age is never less than the server's.
/// </remarks>
internal sealed class Lease(Ownership owner, MembershipOptions options, TimeSpan provenAt)
{
    private readonly TaskCompletionSource<LeaseLoss> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _proven = provenAt.Ticks;
    private volatile bool _over;
    private volatile bool _inDoubt;

    public Ownership Owner => owner;

    public TimeSpan Age => options.Clock.Now - new TimeSpan(Volatile.Read(ref _proven));

    public bool MayClaim => !_over && !_inDoubt && Age <= options.ClaimAge;

    public bool MayFinish => !_over && !_inDoubt && Age <= options.FinishAge;

    /// <summary>Whether the life may still be carried on by a new session.</summary>
    public bool MayResume => !_over && Age <= options.LostAge;

    public Task<LeaseLoss> Lost => _lost.Task;

    public void Prove(TimeSpan askedAt)
    {
        Volatile.Write(ref _proven, askedAt.Ticks);
        _inDoubt = false;
    }

    /// <summary>The session is known to be gone: others may take over at any moment, so that the age of the last proof says nothing until the next.</summary>
    public void Doubt() => _inDoubt = true;

    /// <summary>Ends the right to work; what is said about it comes later, with <see cref="Announce"/>.</summary>
    /// <returns>False when it had ended already.</returns>
    public bool End() => !Interlocked.Exchange(ref _over, true);

    public void Announce(LeaseLoss loss) => _lost.TrySetResult(loss);
}
