using Pipeline.Storage.Postgres.Membership;

namespace Pipeline.Storage.Tests.Postgres.Membership;

/// <summary>A lease clock that stands still until it is moved.</summary>
internal sealed class ManualLeaseClock : ILeaseClock
{
    private long _now = TimeSpan.FromHours(1).Ticks;

    public TimeSpan Now => new(Volatile.Read(ref _now));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);
}
