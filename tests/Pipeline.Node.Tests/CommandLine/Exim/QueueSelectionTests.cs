using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Node.CommandLine.Exim;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Tests.CommandLine.Exim;

/// <summary>Which messages a queue run is about.</summary>
public sealed class QueueSelectionTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(false, false, false, "due new untried")]
    [InlineData(true, false, false, "due new untried late")]
    [InlineData(true, true, false, "due new untried late frozen")]
    [InlineData(false, false, true, "new untried")]
    [InlineData(true, true, true, "new untried")]
    public void Letters_choose_by_time_frost_and_attempts(bool notDue, bool frozen, bool untried, string chosen)
    {
        var selection = new QueueSelection { NotDue = notDue, Frozen = frozen, Untried = untried };
        (string Name, QueuedMessage Message)[] queue =
        [
            ("due", Message(Waiting("a") with { Attempts = 2, FirstFailedAt = Now - Hour })), ("new", Message(Waiting("a"))), ("untried", Message(Waiting("a"), Waiting("b"))),
            ("late", Message(Waiting("a") with { DueAt = Now + Hour, FirstFailedAt = Now - Hour })), ("frozen", Message(Waiting("a") with { FrozenAt = Now - Hour, Attempts = 1, DueAt = Now + Hour })),
        ];
        Assert.Equal(chosen, string.Join(' ', queue.Where(entry => selection.Includes(entry.Message, Now)).Select(entry => entry.Name)));
    }

    [Fact]
    public void Recipient_must_wait_and_sender_is_any()
    {
        var message = Message(Waiting("done") with { Status = RecipientStatus.Delivered }, Waiting("open"));
        Assert.True(Includes(new QueueSelection { Recipient = Text("OPEN@") }, message));
        Assert.False(Includes(new QueueSelection { Recipient = Text("done@") }, message));
        Assert.True(Includes(new QueueSelection { Sender = Text("s@x") }, message));
        Assert.False(Includes(new QueueSelection { Sender = Text("s@x"), Recipient = Text("done@") }, message));
    }

    [Theory]
    [InlineData("1xV0aA-0001ab-Cc", null, true)]
    [InlineData("1xV0aA-0001ab-Cd", null, true)]
    [InlineData("1xV0aA-0001ab-Ce", null, false)]
    [InlineData("1xV0aA-0001ab-Cd", "1xV0aA-0001ab-Cd", true)]
    [InlineData("1xV0aA-0001ab-Cb", "1xV0aA-0001ab-Cc", false)]
    public void Ids_are_a_first_and_a_last(string first, string? last, bool expected) => Assert.Equal(
        expected,
        Includes(new QueueSelection { First = MessageId.Create(first), Last = last is null ? null : MessageId.Create(last) }, Message(Waiting("a"))));

    private static bool Includes(QueueSelection selection, QueuedMessage message) => selection.Includes(message, Now);

    private static QueueSelection.AddressText Text(string text) => QueueSelection.AddressText.Of(text, isPattern: false);

    private static RecipientState Waiting(string localPart) => new(0, new EnvelopeAddress(localPart, "x.example"), RecipientStatus.Queued, Now);

    private static QueuedMessage Message(params RecipientState[] recipients) =>
        new(MessageId.Create("1xV0aA-0001ab-Cd"), Now - Hour, 100, new EnvelopeAddress("s", "x.example"), false, [.. recipients]);
}
