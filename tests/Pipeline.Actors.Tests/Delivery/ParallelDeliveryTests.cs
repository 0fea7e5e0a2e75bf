using Pipeline.Actors.Delivery;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Routing;
using Pipeline.Actors.Tests.Support;
using Pipeline.Mail.Message;

namespace Pipeline.Actors.Tests.Delivery;

/// <summary>max_parallel, serialize_hosts, remote_max_parallel and remote_sort_domains.</summary>
public sealed class ParallelDeliveryTests
{
    private readonly MessageId _id = new MessageIdSource(TimeProvider.System).Next();

    [Theory]
    [InlineData("", "", "")]
    [InlineData("", "max_parallel = 3", "transport remote 3")]
    [InlineData("", "max_parallel = ${if eq{$domain}{to.example}{4}{0}}", "transport remote 4")]
    [InlineData("", "max_parallel = 0", "")]
    [InlineData("", "serialize_hosts = 192.0.2.1", "host 192.0.2.1 1")]
    [InlineData("", "serialize_hosts = 192.0.2.0/24", "host 192.0.2.1 1, host 192.0.2.2 1")]
    [InlineData("", "serialize_hosts = 198.51.100.1", "")]
    [InlineData("remote_max_parallel = 2", "", "message ID 2")]
    [InlineData("remote_max_parallel = ${if eq{a}{a}{1K}}", "", "message ID 1024")]
    [InlineData("remote_max_parallel = 0", "", "")]
    public async Task Delivery_has_the_bounds_that_its_options_name(string main, string transport, string limits)
    {
        var delivery = await PlanAsync(main, transport, "to.example");
        Assert.Equal(limits.Replace("ID", _id.ToString(), StringComparison.Ordinal), string.Join(", ", delivery.Limits.Select(limit => $"{limit.Key} {limit.Max}")));
    }

    [Fact]
    public async Task Delivery_to_this_machine_has_no_bound_of_its_message() => Assert.Empty((await PlanAsync("remote_max_parallel = 2", "", "local.example")).Limits);

    [Fact]
    public async Task Bound_that_is_no_number_is_logged_and_none()
    {
        var policy = Policy("remote_max_parallel = ${lc:many}", "");
        Assert.Empty((await PlanAsync(policy, "to.example")).Limits);
        Assert.Equal(["remote_max_parallel: \"many\" is not a number"], policy.Lines);
    }

    [Theory]
    [InlineData("to.example", 0)]
    [InlineData("mx.example", 1)]
    [InlineData("other.test", 2)]
    public async Task Deliveries_begin_in_the_order_of_the_list(string domain, int order) =>
        Assert.Equal(order, (await PlanAsync("remote_sort_domains = to.example : *.example", "", domain)).Order);

    private Task<RoutingDecision.Deliver> PlanAsync(string main, string transport, string domain) => PlanAsync(Policy(main, transport), domain);

    private async Task<RoutingDecision.Deliver> PlanAsync(TestPolicy policy, string domain)
    {
        var state = TestMessages.Waiting(0, "a", DateTimeOffset.UnixEpoch);
        state = state with { Address = state.Address with { Domain = domain } };
        return Assert.IsType<RoutingDecision.Deliver>(await new PolicyRecipientRouter(policy).RouteAsync(
            new RecipientToRoute(MessageFacts.Of(TestMessages.Stored(_id, state)), state, []), CancellationToken.None));
    }

    private static TestPolicy Policy(string main, string transport) => new($"""
        {main}
        begin routers
        out:
          driver = manualroute
          domains = ! local.example
          route_list = * 192.0.2.1:192.0.2.2
          transport = remote
        here:
          driver = accept
          transport = local
        begin transports
        remote:
          driver = smtp
          {transport}
        local:
          driver = appendfile
          file = /var/mail/all
        """, TimeProvider.System);
}
