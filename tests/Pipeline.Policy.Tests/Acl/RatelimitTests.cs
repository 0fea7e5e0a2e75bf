using Pipeline.Policy.Acl;
using Pipeline.Policy.Acl.RateLimiting;

namespace Pipeline.Policy.Tests.Acl;

public sealed class RatelimitTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    private readonly AclBench _bench = new();

    [Fact]
    public async Task First_event_has_the_rate_of_its_count()
    {
        var outcome = await _bench.RunAsync("deny ratelimit = 1 / 1h / per_cmd\naccept");
        Assert.Equal(AclVerdict.Deny, outcome.Verdict);
        Assert.Equal("1.0", _bench.Scope.Message.ConditionVariables["sender_rate"]);
        Assert.Equal("1", _bench.Scope.Message.ConditionVariables["sender_rate_limit"]);
        Assert.Equal("1h", _bench.Scope.Message.ConditionVariables["sender_rate_period"]);
    }

    [Fact]
    public async Task Events_close_together_go_over_the_limit_and_silence_heals()
    {
        const string Acl = "deny ratelimit = 3.5 / 1h / per_cmd / strict\naccept";
        var verdicts = new List<bool>();
        for (var i = 0; i < 5; i++)
        {
            verdicts.Add((await _bench.RunAsync(Acl)).IsAccepted);
            _bench.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([true, true, true, false, false], verdicts);
        _bench.Time.Advance(TimeSpan.FromHours(3));
        Assert.True((await _bench.RunAsync(Acl)).IsAccepted);
    }

    [Fact]
    public async Task Rate_per_mail_is_counted_once_for_a_message()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.True((await _bench.RunAsync("deny ratelimit = 2 / 1h / per_mail\naccept")).IsAccepted);
        }
    }

    [Fact]
    public async Task Rate_per_mail_is_only_read_where_there_is_no_message()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.True((await _bench.RunAsync("deny ratelimit = 1.5 / 1h\naccept", AclPoint.Connect)).IsAccepted);
        }
    }

    [Fact]
    public async Task Different_keys_have_different_rates()
    {
        Assert.True((await _bench.RunAsync("deny ratelimit = 1.9 / 1h / per_cmd / $local_part/a\naccept")).IsAccepted);
        Assert.True((await _bench.RunAsync("deny ratelimit = 1.9 / 1h / per_cmd / $local_part/b\naccept")).IsAccepted);
        Assert.False((await _bench.RunAsync("deny ratelimit = 1.9 / 1h / per_cmd / $local_part/a\naccept")).IsAccepted);
    }

    [Theory]
    [InlineData(RateLimitMode.Leaky, 10.0)]
    [InlineData(RateLimitMode.Strict, 19.0)]
    [InlineData(RateLimitMode.ReadOnly, 10.0)]
    public async Task Mode_says_what_is_remembered_over_the_limit(RateLimitMode mode, double expected)
    {
        var store = new InMemoryRateLimitStore();
        for (var i = 0; i < 9; i++)
        {
            await store.MeasureAsync(new RateLimitEvent("k", 9.5, TimeSpan.FromHours(1), 1, RateLimitMode.Leaky, null, Start), CancellationToken.None);
        }

        for (var i = 0; i < 9; i++)
        {
            await store.MeasureAsync(new RateLimitEvent("k", 9.5, TimeSpan.FromHours(1), 1, mode, null, Start), CancellationToken.None);
        }

        Assert.Equal(expected, await store.MeasureAsync(new RateLimitEvent("k", 9.5, TimeSpan.FromHours(1), 1, RateLimitMode.ReadOnly, null, Start), CancellationToken.None), 3);
    }

    [Fact]
    public async Task Unique_texts_are_counted_once_in_a_period()
    {
        var store = new InMemoryRateLimitStore();
        double rate = 0;
        foreach (var text in (string[])["a", "b", "a", "a", "c"])
        {
            rate = await store.MeasureAsync(new RateLimitEvent("k", 100, TimeSpan.FromHours(1), 1, RateLimitMode.Strict, text, Start), CancellationToken.None);
        }

        Assert.Equal(3.0, rate, 3);
    }

    [Fact]
    public async Task Store_forgets_the_oldest_when_full()
    {
        var store = new InMemoryRateLimitStore(capacity: 10);
        for (var i = 0; i < 11; i++)
        {
            await store.MeasureAsync(new RateLimitEvent($"k{i}", 100, TimeSpan.FromHours(1), 1, RateLimitMode.Strict, null, Start.AddSeconds(i)), CancellationToken.None);
        }

        Assert.Equal(1.0, await store.MeasureAsync(new RateLimitEvent("k0", 100, TimeSpan.FromHours(1), 1, RateLimitMode.Strict, null, Start.AddSeconds(11)), CancellationToken.None));
        Assert.True(await store.MeasureAsync(new RateLimitEvent("k10", 100, TimeSpan.FromHours(1), 1, RateLimitMode.Strict, null, Start.AddSeconds(12)), CancellationToken.None) > 1.9);
    }

    [Theory]
    [InlineData(0, 2.0)]
    [InlineData(3600, 1.0)]
    [InlineData(1800, 1.39347)]
    public void Rate_decays_with_time(int seconds, double expected)
    {
        var happened = new RateLimitEvent("k", 1, TimeSpan.FromHours(1), 1, RateLimitMode.Strict, null, Start.AddSeconds(seconds));
        Assert.Equal(expected, RateLimitFormula.Next((1.0, Start), happened), 3);
    }
}
