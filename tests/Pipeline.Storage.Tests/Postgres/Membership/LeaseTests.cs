using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Membership;

namespace Pipeline.Storage.Tests.Postgres.Membership;

public sealed class LeaseTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    private readonly ManualLeaseClock _clock = new();
    private readonly Lease _lease;

    public LeaseTests() => _lease = new Lease(new Ownership("a", 1), new MembershipOptions { Clock = _clock }, _clock.Now);

    [Fact]
    public void Claiming_ends_after_three_seconds_finishing_after_four_resuming_after_five()
    {
        Assert.Equal((true, true, true), At(TimeSpan.FromSeconds(3)));
        Assert.Equal((false, true, true), At(TimeSpan.FromSeconds(3) + Tick));
        Assert.Equal((false, true, true), At(TimeSpan.FromSeconds(4)));
        Assert.Equal((false, false, true), At(TimeSpan.FromSeconds(4) + Tick));
        Assert.Equal((false, false, true), At(TimeSpan.FromSeconds(5)));
        Assert.Equal((false, false, false), At(TimeSpan.FromSeconds(5) + Tick));
    }

    [Fact]
    public void A_proof_counts_from_when_it_was_asked_for()
    {
        var asked = _clock.Now;
        _clock.Advance(TimeSpan.FromSeconds(2));

        _lease.Prove(asked);

        Assert.Equal(TimeSpan.FromSeconds(2), _lease.Age);
    }

    [Fact]
    public void Without_its_session_a_life_begins_and_finishes_nothing_until_the_next_proof()
    {
        _lease.Doubt();
        Assert.Equal((false, false, true), At(TimeSpan.Zero));

        _lease.Prove(_clock.Now);

        Assert.Equal((true, true, true), At(TimeSpan.Zero));
    }

    [Fact]
    public async Task A_life_ends_once_and_no_proof_brings_it_back()
    {
        Assert.True(_lease.End());
        Assert.False(_lease.End());

        _lease.Prove(_clock.Now);
        _lease.Announce(new LeaseLoss(LeaseLossCause.Outage, "first"));
        _lease.Announce(new LeaseLoss(LeaseLossCause.Ordered, "second"));

        Assert.Equal((false, false, false), At(TimeSpan.Zero));
        Assert.Equal("first", (await _lease.Lost).Reason);
    }

    [Fact]
    public void The_systems_clock_goes_on()
    {
        var clock = new BootClock();
        var before = clock.Now;

        Assert.True(SpinWait.SpinUntil(() => clock.Now > before, TimeSpan.FromSeconds(10)));
    }

    private (bool MayClaim, bool MayFinish, bool MayResume) At(TimeSpan age)
    {
        _clock.Advance(age - _lease.Age);
        return (_lease.MayClaim, _lease.MayFinish, _lease.MayResume);
    }
}
