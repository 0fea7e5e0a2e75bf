using Pipeline.Mail.Addressing;
using Pipeline.Storage.Ports;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Tests.State;

public sealed class RecipientFoldTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Nothing_is_queued_or_due_in_an_empty_fold()
    {
        var fold = new RecipientFold([]);

        Assert.Equal(0, fold.Queued);
        Assert.Equal(new NextWork(Noon, QueueStage.ToDeliver, null), fold.NextWork(Noon));
        Assert.Empty(fold.ToArray());
    }

    [Fact]
    public void Later_states_replace_earlier_ones_in_any_order_of_indexes()
    {
        var random = new Random(7);
        var expected = new SortedDictionary<int, RecipientState>();
        var fold = new RecipientFold([]);
        for (var i = 0; i < 5_000; i++)
        {
            var state = State(random.Next(100), (RecipientStatus)random.Next(5), random.Next(1000)) with { AttemptOpen = random.Next(2) == 0 };
            expected[state.Index] = state;
            fold.Apply([state]);

            var queued = expected.Values.Where(s => s.Status == RecipientStatus.Queued).ToArray();
            Assert.Equal(queued.Length, fold.Queued);
            Assert.Equal(queued.Length == 0 ? Noon : queued.Min(s => s.DueAt), fold.NextWork(Noon).Due);
            Assert.Equal(queued.Count(s => s.AttemptOpen), fold.OpenAttempts);
        }

        Assert.Equal(expected.Values, fold.ToArray());
    }

    [Fact]
    public void Last_of_several_states_of_one_recipient_counts()
    {
        var fold = new RecipientFold([State(0, RecipientStatus.Queued, 0)]);

        fold.Apply([State(0, RecipientStatus.Delivered, 0), State(0, RecipientStatus.Queued, 5)]);

        Assert.Equal(1, fold.Queued);
        Assert.Equal(Noon.AddSeconds(5), fold.NextWork(Noon).Due);
    }

    private static RecipientState State(int index, RecipientStatus status, int seconds) =>
        new(index, new EnvelopeAddress("u" + index, "example.net"), status, Noon.AddSeconds(seconds));
}
