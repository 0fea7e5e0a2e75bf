using Pipeline.Mail.Message;

namespace Pipeline.Mail.Tests.Message;

public sealed class MessageIdTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 2, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("1xV0aA-0001ab-Cd", true)]
    [InlineData("1xV0aA-00000000123-00Zz", true)]
    [InlineData("1xV0aA-0001ab-C", false)]
    [InlineData("1xV0aA-0001ab-Cde", false)]
    [InlineData("1xV0aA-0001ab_Cd", false)]
    [InlineData("1xV0aA-0001a.-Cd", false)]
    [InlineData("1xV0aA-0001ab-Cd-H", false)]
    [InlineData("1xV0aA-00000000123-00Z", false)]
    [InlineData("1xV0aA-00000000123-00Zzz", false)]
    [InlineData("1xV0aA-0000000012-300Zz", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Both_forms_are_read(string? text, bool expected)
    {
        Assert.Equal(expected, MessageId.TryCreate(text, out var id));
        Assert.Equal(expected ? text : "", id.ToString());
    }

    /// <summary>Two lives of one queue, a clock that stands still, runs and steps back: no id comes twice, and those of one life ascend.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ids_ascend_within_a_life_and_are_distinct_between_lives(bool isShort)
    {
        var time = new Clock(Noon);
        var sources = Enumerable.Range(1, 3).Select(life => isShort ? MessageIdSource.Short(time, life) : new MessageIdSource(time)).ToArray();
        var random = new Random(20_300_102);
        var last = new MessageId[sources.Length];
        var all = new HashSet<MessageId>();
        for (var i = 0; i < 20_000; i++)
        {
            if (random.Next(3) == 0)
            {
                time.Now += TimeSpan.FromMicroseconds(random.Next(-2_000, 40_000));
            }

            var source = random.Next(sources.Length);
            var id = sources[source].Next();
            Assert.True(id > last[source]);
            Assert.True(all.Add(id));
            Assert.Equal(isShort ? MessageId.ShortLength : MessageId.Length, id.ToString().Length);
            Assert.Equal(id, MessageId.Create(id.ToString()));
            last[source] = id;
        }
    }

    [Fact]
    public void Ids_of_later_seconds_are_greater_in_both_forms_whichever_life_makes_them()
    {
        var time = new Clock(Noon);
        MessageIdSource[] sources = [MessageIdSource.Short(time, 62 * 62 * 62 * 62 - 1), new MessageIdSource(time), MessageIdSource.Short(time, 1)];
        var previous = sources[0].Next();
        for (var i = 1; i < 100; i++)
        {
            time.Now += TimeSpan.FromSeconds(1);
            var next = sources[i % sources.Length].Next();
            Assert.True(next > previous);
            previous = next;
        }
    }

    [Theory]
    [InlineData(0, 1, "......-000100-00")]
    [InlineData(999_999, 3, "......-0003G7-G7")]
    [InlineData(1_234, 63, "......-001101-3m")]
    public void Short_id_has_the_life_and_the_microsecond(int micro, long life, string expected)
    {
        var text = MessageIdSource.Short(new Clock(Noon + TimeSpan.FromMicroseconds(micro)), life).Next().ToString();
        Assert.Equal(expected[6..], text[6..]);
    }

    [Fact]
    public void Ids_of_several_threads_are_distinct()
    {
        var source = MessageIdSource.Short(new Clock(Noon), 1);
        var all = new System.Collections.Concurrent.ConcurrentBag<string>();
        Parallel.For(0, 5_000, _ => all.Add(source.Next().ToString()));
        Assert.Equal(5_000, all.Distinct().Count());
    }

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
