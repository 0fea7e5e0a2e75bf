using System.Text;
using Pipeline.Policy.Hints;

namespace Pipeline.Policy.Tests.Hints;

public sealed class HintTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Record_has_a_frozen_form()
    {
        Assert.Equal(
            """{"at":"2026-11-23T12:00:00+00:00","until":"2026-11-23T17:00:00+00:00","rate":1.5}""",
            Encoding.UTF8.GetString(new HintRecord(Noon, Noon.AddHours(5), 1.5).Write()));
        Assert.Equal(
            """{"at":"2026-11-23T12:00:00+00:00","until":"2026-12-23T12:00:00+00:00"}""", Encoding.UTF8.GetString(new HintRecord(Noon, Noon.AddDays(30)).Write()));
    }

    [Fact]
    public void Record_of_a_later_version_is_read_as_far_as_it_is_known_and_nonsense_is_nothing()
    {
        Assert.Equal(
            new HintRecord(Noon, Noon.AddDays(1), 2), HintRecord.Read("""{"at":"2026-11-23T12:00:00+00:00","until":"2026-11-24T12:00:00+00:00","rate":2,"new":[1]}"""u8.ToArray()));
        Assert.Null(HintRecord.Read("{"u8.ToArray()));
        Assert.Null(HintRecord.Read([0xff, 0]));
        Assert.Null(HintRecord.Read("null"u8.ToArray()));
        Assert.Null(HintRecord.Read(null));
    }

    [Theory]
    [InlineData(300, false)]
    [InlineData(301, true)]
    public void Key_that_is_long_is_a_digest_of_it(int length, bool isDigest)
    {
        var key = HintKey.Of(HintKey.Seen, new string('a', length));
        Assert.Equal(isDigest, key.StartsWith("seen/sha256/", StringComparison.Ordinal));
        Assert.NotEqual(key, HintKey.Of(HintKey.Seen, new string('a', length - 1) + "b"));
        Assert.StartsWith("seen/sha256/", HintKey.Of(HintKey.Seen, "a\0b"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_that_is_full_forgets_what_was_not_changed_for_longest()
    {
        var hints = new InMemoryHints(capacity: 10);
        for (var i = 0; i < 10; i++)
        {
            await hints.ChangeAsync($"k{i}", static _ => [1], default);
        }

        await hints.ChangeAsync("k0", static value => [.. value!, 2], default);
        await hints.ChangeAsync("k10", static _ => [1], default);
        Assert.Equal(10, hints.Count);
        Assert.Null(await hints.GetAsync("k1", default));
        Assert.Equal([1, 2], await hints.GetAsync("k0", default));
        await hints.ChangeAsync("k0", static _ => null, default);
        Assert.Equal(9, hints.Count);
    }
}
