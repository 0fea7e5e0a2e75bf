using Pipeline.Actors.Messages;
using Pipeline.Actors.Routing;
using Pipeline.Actors.Tests.Support;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;

namespace Pipeline.Actors.Tests.Routing;

/// <summary>hold_domains, queue_domains and queue_smtp_domains.</summary>
public sealed class PostponementTests
{
    private const string Configuration = """
        begin routers
        out:
          driver = manualroute
          domains = ! local.example
          route_list = * 192.0.2.1
          transport = remote
        here:
          driver = accept
          transport = local
        begin transports
        remote:
          driver = smtp
        local:
          driver = appendfile
          file = /var/mail/$local_part
        """;

    [Theory]
    [InlineData("hold_domains = to.example", DeliveryPass.First, RecipientPostponed.Held)]
    [InlineData("hold_domains = to.example", DeliveryPass.Later, RecipientPostponed.Held)]
    [InlineData("hold_domains = to.example", DeliveryPass.Forced, null)]
    [InlineData("hold_domains = other.example", DeliveryPass.First, null)]
    [InlineData("hold_domains = ${if eq{$domain}{to.example}{}}", DeliveryPass.First, null)]
    [InlineData("queue_domains = *.example", DeliveryPass.First, RecipientPostponed.InQueueDomains)]
    [InlineData("queue_domains = *.example", DeliveryPass.Later, null)]
    [InlineData("queue_domains = *.example", DeliveryPass.Forced, null)]
    [InlineData("queue_smtp_domains = *.example", DeliveryPass.First, RecipientPostponed.RoutedOnly)]
    [InlineData("queue_smtp_domains = *.example", DeliveryPass.Later, null)]
    [InlineData("queue_smtp_domains = *.example", DeliveryPass.Forced, null)]
    [InlineData("queue_smtp_domains = other.example", DeliveryPass.First, null)]
    public async Task Option_puts_off_deliveries_of_some_passes(string option, DeliveryPass pass, string? reason)
    {
        var decision = await RouteAsync(option, pass);
        Assert.Equal(reason, (decision as RoutingDecision.Postpone)?.Reason);
        Assert.Equal(reason is null, decision is RoutingDecision.Deliver);
    }

    [Fact]
    public async Task Delivery_that_waits_after_routing_names_its_router_and_transport()
    {
        var postponed = Assert.IsType<RoutingDecision.Postpone>(await RouteAsync("queue_smtp_domains = *", DeliveryPass.First));
        Assert.Equal(("out", "remote"), (postponed.Router, postponed.Transport));
        Assert.NotEmpty(postponed.Trials);
    }

    [Theory]
    [InlineData("to.example", true)]
    [InlineData("local.example", false)]
    public async Task Message_of_which_only_the_remote_deliveries_wait_is_delivered_to_local_mailboxes(string domain, bool waits) =>
        Assert.Equal(waits, await RouteAsync("", DeliveryPass.First, domain, MessageProperties.PostponeRemote) is RoutingDecision.Postpone);

    [Theory]
    [InlineData("hold_domains = dsearch;/nonexistent/folder", "hold_domains check lookup or other defer: ")]
    [InlineData("queue_domains = dsearch;/nonexistent/folder", "queue_domains check lookup or other defer: ")]
    [InlineData("queue_smtp_domains = dsearch;/nonexistent/folder", "queue_smtp_domains check lookup or other defer: ")]
    public async Task List_that_cannot_be_decided_defers(string option, string reason) =>
        Assert.StartsWith(reason, Assert.IsType<RoutingDecision.Defer>(await RouteAsync(option, DeliveryPass.First)).Reason, StringComparison.Ordinal);

    private static async Task<RoutingDecision> RouteAsync(string main, DeliveryPass pass, string domain = "to.example", string postpone = "")
    {
        var policy = new TestPolicy($"{main}\n{Configuration}", TimeProvider.System);
        var state = TestMessages.Waiting(0, "a", DateTimeOffset.UnixEpoch);
        state = state with { Address = state.Address with { Domain = domain } };
        var stored = TestMessages.Stored(new MessageIdSource(TimeProvider.System).Next(), state);
        stored = stored with { Properties = stored.Properties.Add(MessageProperties.Postpone, postpone) };
        return await new PolicyRecipientRouter(policy).RouteAsync(new RecipientToRoute(MessageFacts.Of(stored), state, [], pass), CancellationToken.None);
    }
}
