using Pipeline.Connectors.Dns;
using Pipeline.Mail.Dns;

namespace Pipeline.Connectors.Tests.Dns;

public sealed class DnsCacheTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Store_beyond_capacity_drops_the_least_recently_used()
    {
        var cache = new DnsCache(2, TimeSpan.Zero, _time);
        cache.Store(Question("a"), Answer(60));
        cache.Store(Question("b"), Answer(60));
        Assert.NotNull(cache.Find(Question("a")));

        cache.Store(Question("c"), Answer(60));

        Assert.NotNull(cache.Find(Question("a")));
        Assert.Null(cache.Find(Question("b")));
        Assert.NotNull(cache.Find(Question("c")));
        Assert.Equal(2, cache.Count);
    }

    [Fact]
    public void Store_with_capacity_zero_keeps_nothing()
    {
        var cache = new DnsCache(0, TimeSpan.Zero, _time);
        cache.Store(Question("a"), Answer(60));

        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void Find_types_of_a_name_are_apart()
    {
        var cache = new DnsCache(10, TimeSpan.Zero, _time);
        cache.Store(Question("a"), Answer(60));

        Assert.Null(cache.Find(new DnsQuestion("a", DnsRecordType.Mx)));
    }

    [Theory]
    [InlineData(159, true)]
    [InlineData(160, true)]
    [InlineData(161, false)]
    public void FindStale_reaches_to_the_end_of_the_stale_time(int seconds, bool found)
    {
        var cache = new DnsCache(10, TimeSpan.FromSeconds(100), _time);
        cache.Store(Question("a"), Answer(60));
        _time.Advance(TimeSpan.FromSeconds(seconds - 20));
        cache.Prolong(Question("a"), TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(20));

        Assert.Null(cache.Find(Question("a")));
        Assert.Equal(found, cache.FindStale(Question("a")) is not null);
    }

    private static DnsQuestion Question(string name) => new(name, DnsRecordType.A);

    private static DnsAnswer Answer(int seconds) =>
        new(DnsOutcome.Success, [new AddressRecord(System.Net.IPAddress.Loopback)], TimeToLive: TimeSpan.FromSeconds(seconds));
}
