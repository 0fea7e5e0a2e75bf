using Pipeline.Policy.Acl;
using Pipeline.Policy.Hints;

namespace Pipeline.Policy.Tests.Acl;

/// <summary>The answers are those of Exim 4.96.</summary>
public sealed class SeenTests
{
    private readonly AclBench _bench = new();
    private readonly CountedHints _hints = new();

    public SeenTests() => _bench.Hints = _hints;

    [Fact]
    public async Task What_is_recent_is_seen_and_met_again()
    {
        Assert.False(await IsSeenAsync("1h / key=$local_part"));
        Advance(TimeSpan.FromMinutes(40));
        Assert.True(await IsSeenAsync("1h / key=$local_part"));
        Advance(TimeSpan.FromMinutes(40));
        Assert.True(await IsSeenAsync("1h / key=$local_part"));
        Advance(TimeSpan.FromMinutes(61));
        Assert.False(await IsSeenAsync("1h / key=$local_part"));
    }

    [Fact]
    public async Task What_is_early_is_seen_and_stays_as_early()
    {
        const string Greylisting = "-5m / key=${sender_host_address}_$local_part@$domain";
        Assert.False(await IsSeenAsync(Greylisting));
        Advance(TimeSpan.FromMinutes(4));
        Assert.False(await IsSeenAsync(Greylisting));
        Advance(TimeSpan.FromMinutes(2));
        Assert.True(await IsSeenAsync(Greylisting));
        Assert.True(await IsSeenAsync(Greylisting));
        Assert.Equal(["seen/192.0.2.1_bob@local.test"], _hints.Keys);
        Assert.Equal(1, _hints.Writes);
    }

    [Fact]
    public async Task What_is_very_early_is_written_anew_as_early_as_the_test_wants_it()
    {
        await IsSeenAsync("-5m / refresh=1d");
        Advance(TimeSpan.FromHours(25));
        Assert.True(await IsSeenAsync("-5m / refresh=1d"));
        Assert.Equal(2, _hints.Writes);
        Advance(TimeSpan.FromSeconds(1));
        Assert.True(await IsSeenAsync("-5m / refresh=1d"));
        Assert.Equal(2, _hints.Writes);
    }

    [Fact]
    public async Task Only_reading_leaves_nothing_and_writing_always_does()
    {
        Assert.False(await IsSeenAsync("1h / readonly"));
        Assert.Equal(0, _hints.Writes);
        Assert.False(await IsSeenAsync("-1h / write"));
        Assert.False(await IsSeenAsync("-1h / write"));
        Assert.Equal((2, "seen/192.0.2.1"), (_hints.Writes, Assert.Single(_hints.Keys.Distinct())));
    }

    [Theory]
    [InlineData("x / key=a", "failed to parse 'x / key=a'")]
    [InlineData("1h / foo=1", "unrecognised option 'foo=1' in '1h / foo=1'")]
    [InlineData("1h / refresh=x / key=a", "failed to parse '1h / refresh=x / key=a'")]
    public async Task Wrong_value_is_an_error(string value, string expected)
    {
        var outcome = await _bench.RunAsync($"accept seen = {value}");
        Assert.Equal(AclVerdict.Error, outcome.Verdict);
        Assert.Contains(expected, string.Join('\n', [outcome.LogMessage ?? "", .. _bench.Log]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hints_that_are_away_defer()
    {
        _bench.Hints = new LostHints();
        var outcome = await _bench.RunAsync("accept seen = 1h");
        Assert.Equal((AclVerdict.Defer, "seen database not available"), (outcome.Verdict, outcome.LogMessage));
    }

    [Fact]
    public async Task Clock_that_is_set_back_makes_nobody_wait_longer_than_the_test_says()
    {
        await IsSeenAsync("-5m");
        Advance(TimeSpan.FromDays(-30));
        Assert.False(await IsSeenAsync("-5m"));
        Advance(TimeSpan.FromMinutes(6));
        Assert.True(await IsSeenAsync("-5m"));
        Advance(TimeSpan.FromDays(-30));
        Assert.True(await IsSeenAsync("1h / readonly"));
    }

    [Fact]
    public async Task What_is_remembered_lasts_twice_as_long_as_anything_asked_for_and_thirty_days_at_least()
    {
        var start = _bench.Time.GetUtcNow();
        await IsSeenAsync("1h / key=a");
        await IsSeenAsync("-5m / refresh=40d / key=b");
        await IsSeenAsync("50d / key=c");
        foreach (var (key, days) in ((string, int)[])[("a", 30), ("b", 80), ("c", 100)])
        {
            Assert.Equal(start.AddDays(days), HintRecord.Read(_hints.Written[HintKey.Of(HintKey.Seen, key)])!.Until);
        }
    }

    [Fact]
    public async Task Trace_says_in_Exims_words_what_was_written()
    {
        await IsSeenAsync("5m / key=a");
        await IsSeenAsync("5m / key=a");
        await IsSeenAsync("5m / key=a / readonly");
        await IsSeenAsync("-5m / key=a");
        Assert.Equal(
            ["seen db written (create)", "seen db written (update)", "seen db not written (readonly)", "seen db not written"],
            _bench.Trace.Where(line => line.Contains("seen db", StringComparison.Ordinal)).Select(line => line[line.IndexOf("seen db", StringComparison.Ordinal)..]));
    }

    /// <summary>Seeded: peers have a hand in arguments, through what these expand.</summary>
    [Fact]
    public async Task Any_argument_is_an_error_or_an_answer()
    {
        string[] parts = ["5m", "-5m", "3550w", "-3550w", "0s", "-", "x", "", "readonly", "write", "key=", "key=a", "key=\u0001", "refresh=1d", "refresh=3550w", "refresh=", "refresh=x", "//"];
        var random = new Random(7);
        var verdicts = new HashSet<AclVerdict>();
        for (var i = 0; i < 3000; i++)
        {
            var value = string.Join(" / ", Enumerable.Range(0, random.Next(1, 5)).Select(_ => parts[random.Next(parts.Length)]));
            verdicts.Add((await _bench.RunAsync($"accept seen = {value}\ndeny")).Verdict);
            Advance(TimeSpan.FromMinutes(random.Next(100)));
        }

        Assert.Equal([AclVerdict.Accept, AclVerdict.Deny, AclVerdict.Error], verdicts.Order());
    }

    private async Task<bool> IsSeenAsync(string value) => (await _bench.RunAsync($"accept seen = {value}\ndeny")).IsAccepted;

    private void Advance(TimeSpan time) => _bench.Time.Advance(time);

    private sealed class CountedHints : IHints
    {
        private readonly InMemoryHints _inner = new();

        public List<string> Keys { get; } = [];

        public int Writes => Keys.Count;

        public Dictionary<string, byte[]?> Written { get; } = [];

        public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => _inner.GetAsync(key, cancellationToken);

        public ValueTask ChangeAsync(string key, Func<byte[]?, byte[]?> change, CancellationToken cancellationToken) => _inner.ChangeAsync(
            key,
            value =>
            {
                var changed = change(value);
                if (!ReferenceEquals(value, changed))
                {
                    Keys.Add(key);
                    Written[key] = changed;
                }

                return changed;
            },
            cancellationToken);
    }
}
