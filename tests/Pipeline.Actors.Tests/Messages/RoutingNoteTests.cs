using Pipeline.Actors.Messages;
using Pipeline.Actors.Routing;
using Pipeline.Actors.Tests.Support;
using Pipeline.Mail.Reply;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Tests.Messages;

/// <summary>Messages to operators that routing brings about.</summary>
public sealed class RoutingNoteTests : MessageTests
{
    private static readonly AutomaticReply Note = new() { Recipients = [TestMessages.To("operator")], From = "daemon@mx.test", Text = "look" };

    [Fact]
    public async Task Note_goes_with_the_last_commit_of_the_round()
    {
        var message = Start();
        Client.Watch(message);
        await Client.ExpectTerminatedAsync(message);

        Assert.Equal([Note], Notifications.Replies);
        var last = Store.Updates.Last();
        Assert.Equal(UpdateClosing.Complete, last.Closing);
        Assert.Single(last.Notifications);
        Assert.Equal(NotificationSent.Reply, Assert.Single(last.Journal.Select(entry => entry.Event).OfType<NotificationSent>()).Kind);
    }

    [Fact]
    public async Task Note_that_cannot_be_written_holds_nothing_up()
    {
        Notifications.Error = new IOException("disk full");
        var message = Start();
        Client.Watch(message);
        await Client.ExpectTerminatedAsync(message);
        Assert.Equal((UpdateClosing.Complete, 0), (Store.Updates.Last().Closing, Store.Updates.Last().Notifications.Length));
    }

    private IActorRef Start()
    {
        Router.Decisions["a@to.example"] = static _ => new RoutingDecision.Redirect([], "list", []) { Notes = [Note] };
        return ActorOf(MessageActor.CreateResumedProps(
            TestMessages.Stored(Ids.Next(), TestMessages.Waiting(0, "a", Time.GetUtcNow())), MessageStart.WhatIsDue, Services(), Delivery.Ref));
    }
}
