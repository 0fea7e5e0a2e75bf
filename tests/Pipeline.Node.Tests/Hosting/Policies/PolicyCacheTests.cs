using Pipeline.Node.Hosting.Policies;

namespace Pipeline.Node.Tests.Hosting.Policies;

public sealed class PolicyCacheTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Up_to_its_capacity_everything_stays(int count)
    {
        var cache = Filled(3, count);

        Assert.All(Enumerable.Range(0, count), number => Assert.True(cache.TryGet(number, out _)));
    }

    [Fact]
    public void Beyond_it_the_one_that_was_not_asked_for_longest_goes()
    {
        var cache = Filled(3, 3);
        Assert.True(cache.TryGet(0, out _));

        cache.Put(3, new PolicyEntry(null, "3"));

        Assert.False(cache.TryGet(1, out _));
        Assert.True(cache.TryGet(0, out _));
        Assert.True(cache.TryGet(2, out _));
        Assert.True(cache.TryGet(3, out _));
    }

    [Fact]
    public void The_same_number_again_replaces_what_was_there()
    {
        var cache = Filled(2, 2);

        cache.Put(1, new PolicyEntry(null, "other"));

        Assert.True(cache.TryGet(0, out _));
        Assert.True(cache.TryGet(1, out var entry));
        Assert.Equal("other", entry.Missing);
    }

    private static PolicyCache Filled(int capacity, int count)
    {
        var cache = new PolicyCache(capacity);
        for (var number = 0; number < count; number++)
        {
            cache.Put(number, new PolicyEntry(null, $"{number}"));
        }

        return cache;
    }
}
