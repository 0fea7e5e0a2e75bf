using Pipeline.Actors.Messages;
using Pipeline.Actors.Tests.Support;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Tests.Messages;

/// <summary>Orders that change a queued message: its recipients, its sender, its end.</summary>
public sealed class OperatorOrderTests : MessageTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly MessageId _id;

    public OperatorOrderTests() => _id = Ids.Next();

    private DateTimeOffset Now => Time.GetUtcNow();

    [Fact]
    public async Task Recipient_is_added_and_due_at_once()
    {
        var last = await OrderAsync("has been modified", new MessageProtocol.AddRecipients(_id, [Address("c@to.example"), Address("d@x.example")], "root"), Waiting(0, "a"));

        Assert.Equal([new RecipientAdded(1, "c@to.example", "root"), new RecipientAdded(2, "d@x.example", "root")], last.Journal.Select(entry => entry.Event));
        Assert.Equal([("c@to.example", RecipientStatus.Queued, Now), ("d@x.example", RecipientStatus.Queued, Now)], last.Recipients.Select(r => (r.Address.ToString(), r.Status, r.DueAt)));
        Assert.Equal(UpdateClosing.Release, last.Closing);
    }

    [Fact]
    public async Task Message_has_no_more_recipients_than_the_limit()
    {
        var last = await OrderAsync(
            "a message has at most 1 recipients: message not updated", new MessageProtocol.AddRecipients(_id, [Address("c@to.example")], "root"), done: false,
            Services() with { Limits = new MessageLimits { MaxRecipients = 1 } }, Waiting(0, "a"));
        Assert.Empty(last.Journal);
    }

    [Fact]
    public async Task Recipient_that_is_marked_delivered_ends_with_all_that_came_of_it_and_nobody_is_told()
    {
        var last = await OrderAsync(
            "has been modified", new MessageProtocol.MarkDelivered(_id, [Address("a@TO.example")], "root"),
            Waiting(0, "a") with { Status = RecipientStatus.Redirected }, Waiting(1, "b"), Waiting(2, "child") with { Parent = 0 });

        Assert.Equal([new RecipientMarkedDelivered(2, "root")], last.Journal.Select(entry => entry.Event));
        Assert.Equal((2, RecipientStatus.Delivered), Assert.Single(last.Recipients) is var state ? (state.Index, state.Status) : default);
        Assert.Equal(UpdateClosing.Release, last.Closing);
        Assert.Empty(Notifications.Reports);
    }

    [Fact]
    public async Task Message_of_which_all_is_marked_delivered_is_complete()
    {
        var last = await OrderAsync("has been modified", new MessageProtocol.MarkDelivered(_id, [], "root"), Waiting(0, "a"), Waiting(1, "b"));
        Assert.Equal([typeof(RecipientMarkedDelivered), typeof(RecipientMarkedDelivered), typeof(MessageCompleted)], last.Journal.Select(entry => entry.Event.GetType()));
        Assert.Equal(UpdateClosing.Complete, last.Closing);
    }

    [Theory]
    [InlineData("child@to.example")]
    [InlineData("A@to.example")]
    [InlineData("z@to.example")]
    public async Task Address_that_is_no_recipient_changes_nothing(string address)
    {
        var last = await OrderAsync(
            $"{address} is not a recipient: message not updated", new MessageProtocol.MarkDelivered(_id, [Address("b@to.example"), Address(address)], "root"), done: false, Services(),
            Waiting(0, "a") with { Status = RecipientStatus.Redirected }, Waiting(1, "b"), Waiting(2, "child") with { Parent = 0 });
        Assert.Empty(last.Journal);
    }

    [Fact]
    public async Task Sender_that_is_changed_is_told_of_every_recipient_and_is_the_one_of_the_next_delivery()
    {
        var last = await OrderAsync("has been modified", new MessageProtocol.ChangeSender(_id, Address("new@from.example"), "root"), Waiting(0, "a"), Waiting(1, "b"));
        Assert.Equal([new SenderChanged("new@from.example", "root")], last.Journal.Select(entry => entry.Event));
        Assert.All(last.Recipients, recipient => Assert.Equal("new@from.example", recipient.Sender?.ToString()));

        last = await OrderAsync("has been modified", new MessageProtocol.AddRecipients(_id, [Address("c@to.example")], "root"), [.. last.Recipients]);
        Assert.Equal("new@from.example", Assert.Single(last.Recipients).Sender?.ToString());
    }

    [Fact]
    public async Task Message_that_is_given_up_fails_and_its_sender_is_told()
    {
        var last = await OrderAsync("given up", new MessageProtocol.GiveUpMessage(_id, "root"), Waiting(0, "a"), Waiting(1, "b") with { Status = RecipientStatus.Delivered });

        Assert.Equal(
            [new MessageCancelled("root"), new RecipientFailed(0, "delivery cancelled by administrator", null, null, null, 0, null, null)],
            last.Journal.Select(entry => entry.Event).Take(2));
        Assert.Equal(UpdateClosing.Complete, last.Closing);
        Assert.Single(last.Notifications);
    }

    [Fact]
    public async Task Orders_about_a_message_that_is_being_delivered_are_refused()
    {
        var message = Resume(MessageStart.WhatIsDue, Services(), TestMessages.Waiting(0, "a", Now));
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        foreach (var order in new object[]
        {
            new MessageProtocol.GiveUpMessage(_id, "root"), new MessageProtocol.AddRecipients(_id, [Address("c@to.example")], "root"), new MessageProtocol.MarkDelivered(_id, [], "root"),
            new MessageProtocol.ChangeSender(_id, EnvelopeAddress.Null, "root"), new MessageProtocol.FreezeMessage(_id, "root"), new MessageProtocol.ThawMessage(_id, "root"),
        })
        {
            message.Tell(order, Client.Ref);
            Assert.Equal(new MessageProtocol.OperatorAnswer(false, "it is being delivered now; try again"), await Client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>());
        }

        Assert.Equal("sender@from.example", job.Job.Sender.ToString());
    }

    [Theory]
    [InlineData(typeof(MessageProtocol.GiveUpMessage))]
    [InlineData(typeof(MessageProtocol.AddRecipients))]
    [InlineData(typeof(MessageProtocol.MarkDelivered))]
    [InlineData(typeof(MessageProtocol.ChangeSender))]
    public async Task Supervisor_claims_the_message_of_an_order_and_says_when_there_is_none(Type kind)
    {
        object order = kind == typeof(MessageProtocol.GiveUpMessage) ? new MessageProtocol.GiveUpMessage(_id, "root")
            : kind == typeof(MessageProtocol.AddRecipients) ? new MessageProtocol.AddRecipients(_id, [Address("c@to.example")], "root")
            : kind == typeof(MessageProtocol.MarkDelivered) ? new MessageProtocol.MarkDelivered(_id, [], "root")
            : new MessageProtocol.ChangeSender(_id, EnvelopeAddress.Null, "root");
        var supervisor = StartSupervisor(Services());
        Client.Send(supervisor, order);
        Assert.Equal(new MessageProtocol.OperatorAnswer(false, "no such message in the queue", Unknown: true), await Client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>());

        Store.Queued.Add(_id, TestMessages.Stored(_id, Waiting(0, "a")));
        Client.Send(supervisor, order);
        Assert.True((await Client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>()).Done);
    }

    /// <summary>However the end of a round and orders fall together, each order is answered, and carried out or refused.</summary>
    [Fact]
    public async Task No_order_is_lost_to_a_message_that_is_just_stopping()
    {
        Store.Queued.Add(_id, TestMessages.Stored(_id, Waiting(0, "a")));
        var supervisor = StartSupervisor(Services());
        for (var i = 0; i < 200; i++)
        {
            Client.Send(supervisor, new MessageProtocol.FreezeMessage(_id, "root"));
            Client.Send(supervisor, new MessageProtocol.ChangeSender(_id, EnvelopeAddress.Null, "root"));
            Client.Send(supervisor, new MessageProtocol.MarkDelivered(_id, [Address("z@to.example")], "root"));
        }

        for (var i = 0; i < 600; i++)
        {
            Assert.False((await Client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>()).Unknown);
        }
    }

    private static EnvelopeAddress Address(string text) => AddressText.Parse(text);

    private RecipientState Waiting(int index, string localPart) => TestMessages.Waiting(index, localPart, Now + Hour);

    private IActorRef Resume(MessageStart start, MessageServices services, params RecipientState[] recipients) =>
        ActorOf(MessageActor.CreateResumedProps(TestMessages.Stored(_id, recipients), start, services, Delivery.Ref));

    private Task<MessageUpdate> OrderAsync(string answer, object order, params RecipientState[] recipients) => OrderAsync(answer, order, true, Services(), recipients);

    private async Task<MessageUpdate> OrderAsync(string answer, object order, bool done, MessageServices services, params RecipientState[] recipients)
    {
        var message = Resume(MessageStart.Nothing, services, recipients);
        Client.Watch(message);
        message.Tell(order, Client.Ref);
        Assert.Equal(new MessageProtocol.OperatorAnswer(done, answer), await Client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>());
        await Client.ExpectTerminatedAsync(message);
        return Store.Updates.Last();
    }
}
