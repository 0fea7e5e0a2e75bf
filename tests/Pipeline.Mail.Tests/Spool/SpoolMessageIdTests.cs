using Pipeline.Mail.Message;
using Pipeline.Mail.Spool;

namespace Pipeline.Mail.Tests.Spool;

public sealed class SpoolMessageIdTests
{
    [Fact]
    public void A_short_id_keeps_the_second_and_the_half_millisecond()
    {
        // 4C91 in base 62 is 999 999 microseconds, the last half millisecond of the second: 1999 is WF.
        var text = SpoolMessageId.Shorten(MessageId.Create("1xV0aA-00000000000-4C91"));

        Assert.True(MessageId.IsValid(text));
        Assert.StartsWith("1xV0aA-", text, StringComparison.Ordinal);
        Assert.EndsWith("-WF", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_of_one_process_stay_apart_when_shortened()
    {
        var ids = new MessageIdSource(TimeProvider.System);

        var texts = Enumerable.Range(0, 5000).Select(_ => SpoolMessageId.Shorten(ids.Next())).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(5000, texts.Count);
    }

    [Fact]
    public void Id_that_is_short_stays_as_it_is() => Assert.Equal("1xV0aA-0001ab-Cd", SpoolMessageId.Shorten(MessageId.Create("1xV0aA-0001ab-Cd")));

    [Fact]
    public void Ids_that_hold_more_than_64_bits_are_shortened_too() =>
        Assert.True(MessageId.IsValid(SpoolMessageId.Shorten(MessageId.Create("zzzzzz-zzzzzzzzzzz-zzzz"))));
}
