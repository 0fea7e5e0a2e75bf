using System.Text;
using Pipeline.Actors.Callouts;
using Pipeline.Actors.Tests.Support;
using Pipeline.Policy.Acl.Verification.Callouts;

namespace Pipeline.Actors.Tests.Callouts;

public sealed class StoredCalloutCacheTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeStore _store = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Record_has_its_stored_form()
    {
        var cache = new StoredCalloutCache(_store);
        var record = new CalloutRecord
        {
            Recipient = new CalloutFinding(true, Noon),
            Setup = new CalloutFinding(true, Noon),
            NullSender = new CalloutFinding(false, Noon),
            Random = new CalloutFinding(false, Noon.AddTicks(1)),
        };
        await cache.PutAsync("callout/domain/a.test", record, default);
        Assert.Equal(
            """{"recipient":{"accepted":true,"at":"2026-11-22T12:00:00+00:00"},"setup":{"accepted":true,"at":"2026-11-22T12:00:00+00:00"},"nullSender":{"accepted":false,"at":"2026-11-22T12:00:00+00:00"},"random":{"accepted":false,"at":"2026-11-22T12:00:00.0000001+00:00"}}""",
            Encoding.UTF8.GetString(_store.Hints["callout/domain/a.test"]).Replace("\\u002B", "+", StringComparison.Ordinal));
        Assert.Equal(record, await cache.GetAsync("callout/domain/a.test", default));
        Assert.Null(await cache.GetAsync("callout/domain/b.test", default));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{\"recipient\":7}")]
    public async Task Record_that_cannot_be_read_is_none(string value)
    {
        _store.Hints["callout/domain/a.test"] = Encoding.UTF8.GetBytes(value);
        Assert.Null(await new StoredCalloutCache(_store).GetAsync("callout/domain/a.test", default));
    }

    [Fact]
    public async Task Member_of_a_later_release_is_passed_over()
    {
        _store.Hints["k"] = """{"later":{"x":1},"random":{"accepted":true,"at":"2026-11-22T12:00:00+00:00","more":2}}"""u8.ToArray();
        Assert.Equal(new CalloutFinding(true, Noon), (await new StoredCalloutCache(_store).GetAsync("k", default))!.Random);
    }

    [Fact]
    public async Task Store_that_is_away_remembers_nothing_and_harms_nobody()
    {
        var cache = new StoredCalloutCache(_store);
        _store.WhyNoHints = new IOException("gone");
        await cache.PutAsync("callout/domain/a.test", new CalloutRecord(), default);
        Assert.Null(await cache.GetAsync("callout/domain/a.test", default));
    }

    [Fact]
    public async Task What_nobody_believes_any_more_is_purged_and_nothing_else()
    {
        var cache = new StoredCalloutCache(_store);
        await cache.PutAsync("callout/address/old@a.test", new CalloutRecord { Recipient = new CalloutFinding(true, Noon.AddDays(-8)) }, default);
        await cache.PutAsync("callout/domain/a.test", new CalloutRecord { Setup = new CalloutFinding(true, Noon.AddDays(-8)), Random = new CalloutFinding(true, Noon.AddDays(-6)) }, default);
        _store.Hints["callout/damaged"] = "x"u8.ToArray();
        _store.Hints["health/n1"] = "{}"u8.ToArray();
        _store.Hints["T:mx"] = "{}"u8.ToArray();
        for (var i = 0; i < 1200; i++)
        {
            await cache.PutAsync($"callout/address/{i}@a.test", new CalloutRecord { Recipient = new CalloutFinding(true, Noon.AddDays(i % 2 == 0 ? -8 : -1)) }, default);
        }

        Assert.Equal(602, await NodeCallouts.PurgeAsync(_store, Noon, TimeSpan.FromDays(7), default));
        Assert.Equal(603, _store.Hints.Count);
        Assert.Equal(["T:mx", "callout/domain/a.test", "health/n1"], _store.Hints.Keys.Where(key => !key.StartsWith("callout/address/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }
}
