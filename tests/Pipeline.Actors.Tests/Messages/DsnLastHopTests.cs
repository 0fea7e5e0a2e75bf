using Pipeline.Actors.Messages;
using Pipeline.Actors.Tests.Support;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dsn;
using Pipeline.Mail.Message;

namespace Pipeline.Actors.Tests.Messages;

/// <summary>dsn_lasthop: the next host is not asked for notifications, and success is reported here.</summary>
public sealed class DsnLastHopTests : MessageTests
{
    [Theory]
    [InlineData(true, DsnNotify.None, true)]
    [InlineData(false, DsnNotify.Success, false)]
    public async Task Next_host_is_asked_for_notifications_unless_its_router_says_that_it_is_the_last(bool lastHop, DsnNotify asked, bool told)
    {
        var id = Ids.Next();
        Router.Decisions["a@to.example"] = recipient => FakeRouter.ToTransport(recipient) with { DsnLastHop = lastHop };
        var stored = TestMessages.Stored(id, TestMessages.Waiting(0, "a", Time.GetUtcNow()) with { Notify = DsnNotify.Success, OriginalRecipient = "rfc822;a@to.example" });
        stored = stored with { Envelope = stored.Envelope with { EnvelopeId = "id", Return = DsnReturn.Full } };
        var message = ActorOf(MessageActor.CreateResumedProps(stored, MessageStart.WhatIsDue, Services(), Delivery.Ref));
        Client.Watch(message);

        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        var recipient = Assert.Single(job.Job.Recipients);
        Assert.Equal(
            (asked, lastHop ? null : "rfc822;a@to.example", lastHop ? null : "id", lastHop ? DsnReturn.Unspecified : DsnReturn.Full),
            (recipient.Notify, recipient.OriginalRecipient, job.Job.EnvelopeId, job.Job.Return));
        var delivered = DeliveryOutcome.Delivered.Locally("x") with { PeerKnowsDsn = true };
        message.Tell(new MessageProtocol.JobEnded(job.Number, DeliveryReport.ForAll(job.Job.Recipients, delivered)), Delivery.Ref);
        await Client.ExpectTerminatedAsync(message);

        Assert.Equal(told ? [RelayKind.LastHop] : [], Notifications.Asked.SelectMany(ended => ended).Select(ended => ended.Relay));
    }
}
