using Pipeline.Policy.Acl;
using Pipeline.Policy.Acl.RateLimiting;
using Pipeline.Policy.Hints;

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
    public async Task Rate_of_a_measure_that_is_not_there_is_only_read()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.True((await _bench.RunAsync("deny ratelimit = 0.5 / 1h / per_mail\naccept", AclPoint.Connect)).IsAccepted);
        }

        Assert.Equal("0.0", _bench.Scope.Message.ConditionVariables["sender_rate"]);
        var outcome = await _bench.RunAsync("deny ratelimit = 1 / 1h / per_rcpt / strict\naccept", AclPoint.Mail);
        Assert.Equal(AclVerdict.Error, outcome.Verdict);
        Assert.Equal(
            "error in arguments to \"ratelimit\" condition: \"per_rcpt\" must not have /leaky or /strict option, or cannot be used in MAIL ACL", outcome.LogMessage);
    }

    [Fact]
    public async Task Rate_without_a_measure_counts_wherever_it_stands()
    {
        var verdicts = new List<bool>();
        for (var i = 0; i < 3; i++)
        {
            // A connection each.
            var bench = new AclBench { Hints = _bench.Hints };
            verdicts.Add((await bench.RunAsync("deny ratelimit = 2.5 / 1h\naccept", AclPoint.Connect)).IsAccepted);
        }

        Assert.Equal([true, true, false], verdicts);
    }

    [Fact]
    public async Task Rate_of_a_command_is_computed_once_in_it_however_often_it_is_asked_for()
    {
        // As Exim 4.96: what only was read first stays what it was.
        const string Acl = "warn ratelimit = 0 / 1h / per_rcpt / strict / k\nwarn ratelimit = 0 / 1h / per_rcpt / readonly / k\nset acl_m_rate = $sender_rate\n"
            + "warn ratelimit = 0 / 1h / per_cmd / readonly / k\nwarn ratelimit = 0 / 1h / per_cmd / k\nset acl_m_command = $sender_rate\naccept";
        for (var i = 1; i <= 3; i++)
        {
            await _bench.RunAsync(Acl);
            Assert.Equal($"{i}.0", _bench.Scope.Message.AclVariables["_rate"].ToString());
            Assert.Equal("0.0", _bench.Scope.Message.AclVariables["_command"].ToString());
        }
    }

    [Fact]
    public async Task What_was_only_read_is_counted_for_its_message_all_the_same()
    {
        await _bench.RunAsync("warn ratelimit = 0 / 1h / readonly / k\naccept");
        Assert.Equal("0.0", _bench.Scope.Message.ConditionVariables["sender_rate"]);
        await _bench.RunAsync("warn ratelimit = 0 / 1h / strict / k\naccept");
        Assert.Equal("1.0", _bench.Scope.Message.ConditionVariables["sender_rate"]);
    }

    [Theory]
    [InlineData("1", "\"NULL\" is not a time value")]
    [InlineData("x/1h", "\"x\" is not a positive number")]
    [InlineData("-1/1h", "\"-1\" is not a positive number")]
    [InlineData("1/x", "\"x\" is not a time value")]
    [InlineData("1/0s", "\"0s\" is not a time value")]
    [InlineData("1/1h/per_conn/per_mail", "conflicting per_* options")]
    [InlineData("1/1h/strict/leaky", "conflicting update modes")]
    [InlineData("1/1h/count=1k", "\"count=1k\" is not a positive number")]
    public async Task Wrong_argument_is_an_error_in_Exims_words(string value, string expected)
    {
        var outcome = await _bench.RunAsync($"warn ratelimit = {value}\naccept");
        Assert.Equal(AclVerdict.Error, outcome.Verdict);
        Assert.Equal($"error in arguments to \"ratelimit\" condition: {expected}", outcome.LogMessage);
    }

    [Fact]
    public async Task Hints_that_are_away_defer()
    {
        _bench.Hints = new LostHints();
        var outcome = await _bench.RunAsync("deny ratelimit = 1 / 1h / strict\naccept");
        Assert.Equal((AclVerdict.Defer, "ratelimit database not available"), (outcome.Verdict, outcome.LogMessage));
    }

    [Fact]
    public async Task Different_keys_have_different_rates()
    {
        Assert.True((await _bench.RunAsync("deny ratelimit = 1.9 / 1h / per_cmd / $local_part/a\naccept")).IsAccepted);
        Assert.True((await _bench.RunAsync("deny ratelimit = 1.9 / 1h / per_cmd / $local_part/b\naccept")).IsAccepted);
        Assert.False((await _bench.RunAsync("deny ratelimit = 1.9 / 1h / per_cmd / $local_part/a\naccept")).IsAccepted);
    }

    [Theory]
    [InlineData("leaky", 10.0)]
    [InlineData("strict", 19.0)]
    [InlineData("readonly", 10.0)]
    public async Task Mode_says_what_is_remembered_over_the_limit(string name, double expected)
    {
        var mode = Enum.Parse<RateLimitMode>(name, ignoreCase: true);
        var hints = new InMemoryHints();
        for (var i = 0; i < 9; i++)
        {
            await RateLimits.MeasureAsync(hints, new RateLimitEvent("k", 9.5, TimeSpan.FromHours(1), 1, RateLimitMode.Leaky, null, Start), CancellationToken.None);
        }

        for (var i = 0; i < 9; i++)
        {
            await RateLimits.MeasureAsync(hints, new RateLimitEvent("k", 9.5, TimeSpan.FromHours(1), 1, mode, null, Start), CancellationToken.None);
        }

        Assert.Equal(expected, await RateLimits.MeasureAsync(hints, new RateLimitEvent("k", 9.5, TimeSpan.FromHours(1), 1, RateLimitMode.ReadOnly, null, Start), CancellationToken.None), 3);
    }

    [Fact]
    public async Task Unique_texts_are_counted_once_in_a_period()
    {
        var hints = new InMemoryHints();
        double rate = 0;
        foreach (var text in (string[])["a", "b", "a", "a", "c"])
        {
            rate = await RateLimits.MeasureAsync(hints, new RateLimitEvent("k", 100, TimeSpan.FromHours(1), 1, RateLimitMode.Strict, text, Start), CancellationToken.None);
        }

        Assert.Equal(3.0, rate, 3);
    }

    [Fact]
    public async Task Unique_text_that_was_not_counted_counts_when_it_comes_again()
    {
        var hints = new InMemoryHints();
        Assert.Equal([1, 2, 3, 3, 2], await MeasureAsync("a", "b", "c", "c", "b"));

        // The two that were counted are as good as gone, and neither is known any more.
        Assert.Equal(1, await RateLimits.MeasureAsync(hints, Event("c", Start.AddHours(20)), default), 3);

        async Task<List<double>> MeasureAsync(params string[] texts)
        {
            var rates = new List<double>();
            foreach (var text in texts)
            {
                rates.Add(await RateLimits.MeasureAsync(hints, Event(text, Start), default));
            }

            return [.. rates.Select(static rate => Math.Round(rate, 3))];
        }

        static RateLimitEvent Event(string text, DateTimeOffset now) => new("k", 2.5, TimeSpan.FromHours(1), 1, RateLimitMode.Leaky, text, now);
    }

    [Fact]
    public async Task Unique_text_counts_anew_after_a_period()
    {
        var hints = new InMemoryHints();
        var happened = new RateLimitEvent("k", 100, TimeSpan.FromHours(1), 1, RateLimitMode.Strict, "a", Start);
        await RateLimits.MeasureAsync(hints, happened, default);
        Assert.Equal(Math.Exp(-0.5), await RateLimits.MeasureAsync(hints, happened with { Now = Start.AddMinutes(30) }, default), 3);
        Assert.Equal(1.0, await RateLimits.MeasureAsync(hints, happened with { Now = Start.AddMinutes(60) }, default), 3);
    }

    [Fact]
    public async Task Events_at_the_same_time_all_count()
    {
        var hints = new InMemoryHints();
        await Parallel.ForAsync(0, 200, async (i, token) =>
            await RateLimits.MeasureAsync(hints, new RateLimitEvent("k", 1000, TimeSpan.FromHours(1), 1, RateLimitMode.Strict, null, Start), token));
        Assert.Equal(200, await RateLimits.MeasureAsync(hints, new RateLimitEvent("k", 1000, TimeSpan.FromHours(1), 0, RateLimitMode.ReadOnly, null, Start), default), 3);
    }

    [Fact]
    public void Clock_that_is_set_back_does_not_hold_a_rate_for_ever()
    {
        var happened = new RateLimitEvent("k", 10, TimeSpan.FromHours(1), 1, RateLimitMode.Leaky, null, Start);
        Assert.Equal(51, RateLimitFormula.Next((50, Start.AddMinutes(59)), happened), 3);
        Assert.Equal(1, RateLimitFormula.Next((50, Start.AddMinutes(61)), happened), 3);
        Assert.Equal(51, RateLimitFormula.Next((50, Start.AddSeconds(59)), happened with { Period = TimeSpan.FromSeconds(1) }), 3);
    }

    /// <summary>Seeded: peers have a hand in arguments, through what these expand.</summary>
    [Fact]
    public async Task Any_argument_is_an_error_or_a_rate_that_can_be_stored()
    {
        string[] parts = ["1", "0", "1.5", "1e9", "9k", "1000000000000000000000000g", "x", "-1", "", "1h", "1s", "3550w", "0s", "per_mail", "per_rcpt", "per_byte", "per_addr", "per_cmd", "per_conn",
            "strict", "leaky", "readonly", "count=1", "count=99999999999999999999999999999999999999", "count=0", "unique=a", "unique=", "\0", "a b", "//"];
        var random = new Random(7);
        var rates = 0;
        for (var i = 0; i < 5000; i++)
        {
            // Half of them begin well.
            var value = (random.Next(2) == 0 ? "" : "5 / 1h / ") + string.Join(" / ", Enumerable.Range(0, random.Next(1, 6)).Select(_ => parts[random.Next(parts.Length)]));
            if (RateLimitArguments.Parse(value, out var error) is not { } limit)
            {
                Assert.StartsWith(RateLimitArguments.Complaint, error, StringComparison.Ordinal);
                continue;
            }

            var happened = new RateLimitEvent("k", limit.Limit, limit.Period, limit.Count ?? 1, limit.Mode ?? RateLimitMode.Leaky, limit.Unique, _bench.Time.GetUtcNow());
            Assert.InRange(await RateLimits.MeasureAsync(_bench.Hints, happened, default), 0, 1e15);
            _bench.Time.Advance(TimeSpan.FromSeconds(random.Next(10_000)));
            rates++;
        }

        Assert.InRange(rates, 500, 4500);
    }

    /// <summary>Seeded: any series of events.</summary>
    [Fact]
    public void Rate_is_never_below_what_just_happened_never_above_what_has_happened_in_all_and_does_not_depend_on_how_silence_is_cut()
    {
        var random = new Random(49);
        for (var series = 0; series < 500; series++)
        {
            var period = TimeSpan.FromSeconds(random.Next(1, 100_000));
            var (now, total, last) = (Start, 0.0, default((double, DateTimeOffset)?));
            for (var i = 0; i < 30; i++)
            {
                now += period * (random.NextDouble() * random.Next(0, 3));
                var happened = new RateLimitEvent("k", 5, period, random.Next(0, 4), RateLimitMode.Strict, null, now);
                total += happened.Count;
                var rate = RateLimitFormula.Next(last, happened);
                Assert.InRange(rate, happened.Count, total + 1e-6);

                // A look in the middle of a silence that is written changes nothing.
                var between = happened with { Now = now + (period * random.NextDouble()), Count = 0 };
                var later = happened with { Now = between.Now + (period * random.NextDouble()), Count = 0 };
                var straight = RateLimitFormula.Next((rate, now), later);
                Assert.Equal(straight, RateLimitFormula.Next((RateLimitFormula.Next((rate, now), between), between.Now), later), 6);

                // Once it may be swept away it says less than a hundredth of an event.
                Assert.InRange(RateLimitFormula.Next((rate, now), happened with { Now = RateLimitFormula.Until(happened, rate), Count = 0 }), 0, 0.01);
                last = (rate, now);
            }
        }
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
