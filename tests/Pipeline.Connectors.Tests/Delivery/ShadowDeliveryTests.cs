using Pipeline.Connectors.Delivery;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Tests.Files;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Reply;

namespace Pipeline.Connectors.Tests.Delivery;

public sealed class ShadowDeliveryTests : FileTestBase
{
    private readonly List<DeliveryJob> _followed = [];

    [Fact]
    public async Task Without_a_shadow_nothing_follows()
    {
        var report = DeliveryReport.ForAll(Two(null).Recipients, DeliveryOutcome.Delivered.Locally("f"));
        Assert.Same(report, await FollowAsync(Two(null), report));
        Assert.Empty(_followed);
    }

    [Fact]
    public async Task Only_what_was_delivered_goes_to_the_shadow_which_has_no_shadow_itself()
    {
        var job = Two(new ShadowTransport("s", Settings("s") with { Shadow = new ShadowTransport("t", Settings("t")) }));
        var report = new DeliveryReport([new RecipientReport(0, DeliveryOutcome.Delivered.Locally("f")), new RecipientReport(1, Later)]);

        var noted = await FollowAsync(job, report);

        Assert.Equal(["s", null], noted.Recipients.Select(recipient => recipient.Shadow));
        Assert.Equal(report.Recipients.Select(recipient => recipient.Outcome), noted.Recipients.Select(recipient => recipient.Outcome));
        var followed = Assert.Single(_followed);
        Assert.Equal((0, "s", null), (Assert.Single(followed.Recipients).Index, followed.Transport.Name, followed.Transport.Shadow));
    }

    [Fact]
    public async Task A_shadow_that_fails_is_a_word_in_the_log_and_no_more()
    {
        var noted = await FollowAsync(Two(new ShadowTransport("s", Settings("s"))), DeliveryReport.ForAll(Two(null).Recipients, DeliveryOutcome.Delivered.Locally("f")), Later);
        Assert.All(noted.Recipients, recipient => Assert.Equal(("s (no space)", true), (recipient.Shadow, recipient.Outcome is DeliveryOutcome.Delivered)));
    }

    [Fact]
    public async Task A_shadow_that_cannot_be_used_says_why()
    {
        var noted = await FollowAsync(Two(new ShadowTransport("s", null, "there is no such transport")), DeliveryReport.ForAll(Two(null).Recipients, DeliveryOutcome.Delivered.Locally("f")));
        Assert.All(noted.Recipients, recipient => Assert.Equal("s (there is no such transport)", recipient.Shadow));
        Assert.Empty(_followed);
    }

    [Fact]
    public async Task The_reply_that_a_shadow_makes_is_sent()
    {
        var reply = new AutomaticReply { Recipients = [new EnvelopeAddress("alice", "sender.test")], From = "bob" };
        var job = Two(new ShadowTransport("s", Settings("s")));
        var noted = await ShadowDelivery.FollowAsync(
            job,
            DeliveryReport.ForAll(job.Recipients, DeliveryOutcome.Delivered.Locally("f")),
            (followed, _) => ValueTask.FromResult(new DeliveryReport([.. followed.Recipients.Select(recipient => new RecipientReport(recipient.Index, DeliveryOutcome.Delivered.Locally("")) { Reply = reply })])),
            CancellationToken.None);
        Assert.All(noted.Recipients, recipient => Assert.Same(reply, recipient.Reply));
    }

    private static DeliveryOutcome Later => new DeliveryOutcome.Deferred(new DeliveryFailure { Class = FailureClass.Local, Reason = "later", Internal = "no space" });

    private static AppendfileTransportSettings Settings(string name) => new(name) { Path = "/nowhere" };

    private static DeliveryJob Two(ShadowTransport? shadow) => Job(Settings("main") with { Shadow = shadow }) with
    {
        Recipients = [new DeliveryRecipient(0, new EnvelopeAddress("bob", "here.test")), new DeliveryRecipient(1, new EnvelopeAddress("carol", "here.test"))],
    };

    private ValueTask<DeliveryReport> FollowAsync(DeliveryJob job, DeliveryReport report, DeliveryOutcome? outcome = null) => ShadowDelivery.FollowAsync(
        job,
        report,
        (followed, _) =>
        {
            _followed.Add(followed);
            return ValueTask.FromResult(DeliveryReport.ForAll(followed.Recipients, outcome ?? DeliveryOutcome.Delivered.Locally("")));
        },
        CancellationToken.None);
}
