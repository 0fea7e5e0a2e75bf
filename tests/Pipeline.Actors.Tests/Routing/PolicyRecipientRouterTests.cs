using System.Text;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Routing;
using Pipeline.Actors.Tests.Support;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Routers;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Tests.Routing;

public sealed class PolicyRecipientRouterTests
{
    private const string Configuration = """
        begin routers
        archive:
          driver = redirect
          local_parts = watched
          data = archive@to.example
          unseen
        hole:
          driver = redirect
          local_parts = hole
          data = :blackhole:
        closed:
          driver = redirect
          local_parts = closed
          allow_fail
          data = :fail: account closed
        late:
          driver = redirect
          local_parts = late
          allow_defer
          data = :defer: not now
        filed:
          driver = redirect
          local_parts = filed : filed2
          data = /var/mail/filed
          file_transport = to_file
        piped:
          driver = redirect
          local_parts = piped : piped2
          data = |/bin/cat a
          pipe_transport = to_pipe
        batched:
          driver = accept
          local_parts = batched : batched2 : batched3
          transport = to_batch
        aliases:
          driver = redirect
          local_parts = team : other
          headers_add = X-Team: yes
          errors_to = owner@to.example
          data = a@to.example, b@to.example
        copies:
          driver = accept
          local_parts = copied
          transport = spool
          unseen
        shadowed:
          driver = accept
          local_parts = shadowed : shadowless
          transport = to_shadowed
        listed:
          driver = manualroute
          local_parts = listed : overridden
          route_list = * 192.0.2.1::2525
          transport = ${if eq{$local_part}{listed}{to_listed}{to_overriding}}
          fallback_hosts = 192.0.2.9
        unlisted:
          driver = accept
          local_parts = unlisted : nowhere
          transport = ${if eq{$local_part}{unlisted}{to_listed}{to_nowhere}}
        rewritten:
          driver = accept
          local_parts = rewritten : rewritten2
          transport = to_rewritten
          address_data = ${if eq{$local_part}{rewritten}{one}{two}}
        local:
          driver = accept
          local_parts = ! gone
          transport = spool
        begin transports
        spool:
          driver = queuefile
          directory = /var/spool/out
        to_file:
          driver = appendfile
        to_shadowed:
          driver = lmtp
          socket = /run/lmtp
          shadow_transport = to_archive
        to_archive:
          driver = appendfile
          file = /var/mail/archive/$domain/$local_part
          headers_only
        to_listed:
          driver = smtp
          hosts = 192.0.2.5 : 192.0.2.6::26
          fallback_hosts = 192.0.2.8
        to_overriding:
          driver = smtp
          hosts = 192.0.2.5
          hosts_override
        to_nowhere:
          driver = smtp
        to_rewritten:
          driver = appendfile
          directory = /var/mail/x
          maildir_format
          batch_max = 10
          headers_rewrite = *@from.example $1@${address_data}.example
        to_pipe:
          driver = pipe
        to_batch:
          driver = pipe
          command = /bin/cat "${if eq{$local_part}{batched3}{c}{x}}"
          batch_max = 2
        begin retry
        * * F,1h,1m
        """;

    private readonly PolicyRecipientRouter _router = new(new TestPolicy(Configuration, TimeProvider.System));
    private readonly MessageId _id = new MessageIdSource(TimeProvider.System).Next();

    [Theory]
    [InlineData("listed", "192.0.2.1:2525", "192.0.2.9:25")]
    [InlineData("overridden", "192.0.2.5:25", "192.0.2.9:25")]
    [InlineData("unlisted", "192.0.2.5:25 192.0.2.6:26", "192.0.2.8:25")]
    public async Task Hosts_are_those_of_the_router_or_of_the_transport(string localPart, string hosts, string fallback)
    {
        var deliver = Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(State(localPart)));
        Assert.Equal((hosts, fallback), (Text(deliver.Hosts), Text(deliver.FallbackHosts)));

        static string Text(IEnumerable<DestinationHost> list) => string.Join(' ', list.Select(host => $"{host.Addresses[0]}:{host.Port}"));
    }

    [Fact]
    public async Task A_transport_without_hosts_waits() =>
        Assert.StartsWith("to_nowhere transport called with no hosts set", Assert.IsType<RoutingDecision.Defer>(await RouteAsync(State("nowhere"))).Reason, StringComparison.Ordinal);

    [Fact]
    public async Task A_shadow_transport_is_expanded_with_the_transport_it_follows()
    {
        var shadow = Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(State("shadowed"))).Transport.Shadow!;
        Assert.Equal("to_archive", shadow.Name);
        var settings = Assert.IsType<AppendfileTransportSettings>(shadow.Settings);
        Assert.Equal(("/var/mail/archive/to.example/shadowed", true), (settings.Path, settings.HeadersOnly));
    }

    [Fact]
    public async Task A_plain_address_goes_to_its_transport_and_every_router_asked_is_told()
    {
        var deliver = Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(State("a")));

        Assert.Equal(("local", "spool"), (deliver.Router, deliver.Transport.Name));
        Assert.Equal(TestMessages.Sender, deliver.ReturnPath);
        Assert.Equal(["archive", "hole", "closed", "late", "filed", "piped", "batched", "aliases", "copies", "shadowed", "listed", "unlisted", "rewritten", "local"], deliver.Trials.Select(trial => trial.Router));
        Assert.All(deliver.Trials, trial => Assert.True(trial is { Recipient: 0, Source.File: "test.conf" }));
        Assert.Equal("accepted", deliver.Trials[^1].Outcome);
    }

    [Fact]
    public async Task Recipients_share_an_attempt_when_nothing_sets_them_apart()
    {
        var first = Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(State("a")));
        var second = Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(State("b", index: 1)));

        Assert.Equal(first.GroupKey, second.GroupKey);
        Assert.Equal(first.Destination, second.Destination);
    }

    [Fact]
    public async Task A_transport_that_rewrites_headers_has_its_own_and_recipients_share_an_attempt_only_with_the_same()
    {
        var one = Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(State("rewritten")));
        var again = Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(State("rewritten", index: 1)));
        var two = Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(State("rewritten2", index: 2)));

        Assert.Contains("@one.example", Encoding.ASCII.GetString(one.Transport.HeaderBlock!.Value.Span), StringComparison.Ordinal);
        Assert.Contains("@two.example", Encoding.ASCII.GetString(two.Transport.HeaderBlock!.Value.Span), StringComparison.Ordinal);
        Assert.Equal(one.GroupKey, again.GroupKey);
        Assert.NotEqual(one.GroupKey, two.GroupKey);
        Assert.StartsWith("headers_rewrite of to_rewritten transport: ", one.Trials[^1].Reason, StringComparison.Ordinal);
        Assert.EndsWith(" by rule 1 (test.conf:99)", one.Trials[^1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_that_redirection_named_goes_to_its_transport()
    {
        var redirect = Assert.IsType<RoutingDecision.Redirect>(await RouteAsync(State("piped")));
        var child = Assert.Single(redirect.Children);
        var deliver = Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(
            new RecipientState(1, child.Address, RecipientStatus.Queued, DateTimeOffset.UnixEpoch, 0, Inherited: child.Inherited), State("piped")));

        var pipe = Assert.IsType<PipeTransportSettings>(deliver.Transport);
        Assert.Equal("/bin/cat a", string.Join(' ', pipe.Command));
        Assert.Equal(("piped", TestMessages.Sender.ToString()), (pipe.Environment["LOCAL_PART"], pipe.Environment["SENDER"]));
        Assert.Equal("piped", deliver.Address.LocalPart);
    }

    [Fact]
    public async Task Recipients_of_one_program_with_the_same_arguments_share_an_attempt_up_to_a_number()
    {
        var deliveries = new List<RoutingDecision.Deliver>();
        foreach (var (localPart, index) in new[] { ("batched", 0), ("batched2", 1), ("batched3", 2) })
        {
            deliveries.Add(Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(State(localPart, index: index))));
        }

        Assert.Equal(deliveries[0].GroupKey, deliveries[1].GroupKey);
        Assert.NotEqual(deliveries[0].GroupKey, deliveries[2].GroupKey);
        Assert.Equal(2, deliveries[0].Transport.BatchMax);
    }

    [Fact]
    public async Task A_discarded_address_is_a_redirection_to_nobody() =>
        Assert.Empty(Assert.IsType<RoutingDecision.Redirect>(await RouteAsync(State("hole"))).Children);

    [Fact]
    public async Task A_forced_failure_has_the_words_of_the_policy() =>
        Assert.Contains("account closed", Assert.IsType<RoutingDecision.Fail>(await RouteAsync(State("closed"))).Reason, StringComparison.Ordinal);

    [Fact]
    public async Task A_forced_deferral_has_the_words_of_the_policy() =>
        Assert.Contains("not now", Assert.IsType<RoutingDecision.Defer>(await RouteAsync(State("late"))).Reason, StringComparison.Ordinal);

    [Fact]
    public async Task An_address_that_no_router_takes_fails() =>
        Assert.Equal("Unrouteable address", Assert.IsType<RoutingDecision.Fail>(await RouteAsync(State("gone"))).Reason);

    [Fact]
    public async Task What_a_redirection_hands_down_reaches_the_transport_of_its_children()
    {
        var team = State("team");
        var redirect = Assert.IsType<RoutingDecision.Redirect>(await RouteAsync(team));
        Assert.Equal(["a@to.example", "b@to.example"], redirect.Children.Select(child => child.Address.ToString()));

        var deliver = Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(Child(redirect.Children[0], 1, parent: 0), team));

        Assert.Equal("owner@to.example", deliver.ReturnPath.ToString());
        Assert.Equal("X-Team: yes", Assert.Single(deliver.Transport.HeadersAdd).TrimEnd());
    }

    [Fact]
    public async Task A_child_that_is_its_own_ancestor_is_not_redirected_by_the_same_router_again()
    {
        var team = State("team");
        var again = Child(new ChildToRoute(team.Address, InheritedRouting.Write(new InheritedRouting { ParentRouter = "aliases" })), 1, parent: 0);

        var deliver = Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(again, team));

        Assert.Equal("local", deliver.Router);
    }

    [Fact]
    public async Task An_unseen_copy_and_the_rest_are_children_and_each_is_routed_for_itself()
    {
        var watched = State("watched");
        var redirect = Assert.IsType<RoutingDecision.Redirect>(await RouteAsync(watched));

        Assert.Equal(["archive@to.example", "watched@to.example"], redirect.Children.Select(child => child.Address.ToString()));
        foreach (var (child, index) in redirect.Children.Select((child, i) => (child, i + 1)))
        {
            var deliver = Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(Child(child, index, parent: 0), watched));
            Assert.Equal("local", deliver.Router);
        }
    }

    [Theory]
    [InlineData("a", "to.example", "a", "to.example", true)]
    [InlineData("a", "to.example", "a", "TO.Example", true)]
    [InlineData("a", "to.example", "A", "to.example", false)]
    [InlineData("a", "to.example", "b", "to.example", false)]
    [InlineData("a", "to.example", "a", "other.example", false)]
    public async Task Addresses_are_one_delivery_when_the_local_part_is_the_same_to_the_letter(
        string local, string domain, string otherLocal, string otherDomain, bool same)
    {
        var first = Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(State("x") with { Address = new EnvelopeAddress(local, domain) }));
        var second = Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(State("x", index: 1) with { Address = new EnvelopeAddress(otherLocal, otherDomain) }));

        Assert.Equal(same, first.Place == second.Place);
    }

    [Fact]
    public async Task An_address_reached_over_an_alias_is_the_same_delivery_as_the_address_itself()
    {
        var team = State("team");
        var redirect = Assert.IsType<RoutingDecision.Redirect>(await RouteAsync(team));

        var over = Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(Child(redirect.Children[0], 1, parent: 0), team));
        var itself = Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(State("a", index: 2)));

        Assert.Equal(itself.Place, over.Place);
    }

    [Fact]
    public async Task A_copy_is_no_duplicate_of_the_address_but_of_the_same_copy_made_again()
    {
        var first = await CopiesAsync(State("copied"));
        var again = await CopiesAsync(State("copied", index: 3));

        Assert.NotEqual(first[0].Place, first[1].Place);
        Assert.Equal(first.Select(deliver => deliver.Place), again.Select(deliver => deliver.Place));
        Assert.Equal(first[1].Place, Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(
            State("copied", index: 6) with { Inherited = InheritedRouting.Write(new InheritedRouting { StartRouter = "local" }) })).Place);

        async Task<RoutingDecision.Deliver[]> CopiesAsync(RecipientState recipient)
        {
            var redirect = Assert.IsType<RoutingDecision.Redirect>(await RouteAsync(recipient));
            return
            [
                Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(Child(redirect.Children[0], recipient.Index + 1, recipient.Index), recipient)),
                Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(Child(redirect.Children[1], recipient.Index + 2, recipient.Index), recipient)),
            ];
        }
    }

    [Fact]
    public async Task A_file_is_the_same_delivery_only_under_the_same_parent()
    {
        var first = await FileAsync("filed");
        Assert.Equal(first.Place, (await FileAsync("filed")).Place);
        Assert.NotEqual(first.Place, (await FileAsync("filed2")).Place);

        async Task<RoutingDecision.Deliver> FileAsync(string localPart)
        {
            var redirect = Assert.IsType<RoutingDecision.Redirect>(await RouteAsync(State(localPart)));
            return Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(Child(Assert.Single(redirect.Children), 1, parent: 0), State(localPart)));
        }
    }

    [Fact]
    public async Task A_file_that_a_redirection_names_is_a_target_of_its_transport()
    {
        var filed = State("filed");
        var redirect = Assert.IsType<RoutingDecision.Redirect>(await RouteAsync(filed));

        var deliver = Assert.IsType<RoutingDecision.Deliver>(await RouteAsync(Child(Assert.Single(redirect.Children), 1, parent: 0), filed));

        Assert.Equal("to_file", deliver.Transport.Name);
        Assert.Equal("/var/mail/filed", Assert.IsType<AppendfileTransportSettings>(deliver.Transport).Path);
        Assert.Equal("filed@to.example", deliver.Address.ToString());
    }

    [Fact]
    public async Task A_copy_that_the_routers_had_nothing_for_fails_with_their_words() =>
        Assert.Equal("nothing for it", Assert.IsType<RoutingDecision.Fail>(await RouteAsync(
            State("a") with { Inherited = InheritedRouting.Write(new InheritedRouting { Unrouteable = "nothing for it" }) })).Reason);

    [Fact]
    public void Inherited_values_are_the_same_after_storing()
    {
        var child = RoutingAddress.Of(new EnvelopeAddress("Kid", "to.example")) with
        {
            ParentRouter = "aliases",
            StartRouter = "local",
            CasefulLocalPart = true,
            ErrorsTo = new EnvelopeAddress("owner", "to.example"),
            HeadersAdd = ["X-One: 1\n\tfolded", "X-Two: \"quoted\" äöü"],
            HeadersRemove = ["subject", "x-*"],
            Values = ImmutableDictionary.Create<string, ExpandedText>(StringComparer.Ordinal).Add("r_name", "value").Add("address_data", ExpandedText.FromPeer("theirs")),
            HiddenInBounces = true,
        };

        var read = InheritedRouting.ToRoutingAddress(State("Kid") with { Address = child.ToEnvelopeAddress(), Inherited = InheritedRouting.Of(child) }, []);

        Assert.Equal(
            (child.ParentRouter, child.StartRouter, child.CasefulLocalPart, child.ErrorsTo, child.HiddenInBounces),
            (read.ParentRouter, read.StartRouter, read.CasefulLocalPart, read.ErrorsTo, read.HiddenInBounces));
        Assert.Equal(child.HeadersAdd.AsEnumerable(), read.HeadersAdd);
        Assert.Equal(child.HeadersRemove.AsEnumerable(), read.HeadersRemove);
        Assert.Equal(child.Values, read.Values);
    }

    [Fact]
    public void Bounces_that_go_nowhere_stay_so_after_storing()
    {
        var child = RoutingAddress.Of(new EnvelopeAddress("kid", "to.example")) with { ErrorsTo = EnvelopeAddress.Null };

        var read = InheritedRouting.ToRoutingAddress(State("kid") with { Inherited = InheritedRouting.Of(child) }, []);

        Assert.True(read.ErrorsTo is { IsNull: true });
    }

    [Theory]
    [InlineData("hosts = signed.test", "", true)]
    [InlineData("hosts = signed.test\n  dnssec_request_domains =", "", false)]
    [InlineData("hosts = unsigned.test", "", false)]
    [InlineData("hosts = unsigned.test\n  dnssec_require_domains = *", "lookup of host \"unsigned.test\" failed: host lookup for unsigned.test did not complete: the answer for unsigned.test is not authentic (dnssec_require_domains) (t transport)", false)]
    [InlineData("hosts = unsigned.test\n  dnssec_require_domains = !unsigned.test : *", "", false)]
    [InlineData("hosts = localhost\n  gethostbyname", "", false)]
    [InlineData("hosts = localhost", "lookup of host \"localhost\" failed: localhost has no address (t transport)", false)]
    public async Task Hosts_of_a_transport_are_looked_up_as_it_says(string options, string problem, bool secure)
    {
        var address = new AddressRecord(System.Net.IPAddress.Parse("192.0.2.70"));
        var zone = ImmutableDictionary<string, ZoneName>.Empty.Add("signed.test", new ZoneName([address]) { IsAuthentic = true }).Add("unsigned.test", new ZoneName([address]));
        var router = new PolicyRecipientRouter(new TestPolicy($"begin routers\nr:\n  driver = accept\n  transport = t\nbegin transports\nt:\n  driver = smtp\n  {options}\n", TimeProvider.System, zone));
        var recipient = State("a");
        var decision = await router.RouteAsync(new RecipientToRoute(MessageFacts.Of(TestMessages.Stored(_id, [recipient])), recipient, []), CancellationToken.None);
        Assert.Equal(problem, decision is RoutingDecision.Defer deferred ? deferred.Reason : "");
        Assert.Equal(secure, decision is RoutingDecision.Deliver { Hosts: [{ AreAddressesSecure: true }] });
    }

    private static RecipientState State(string localPart, int index = 0) => TestMessages.Waiting(index, localPart, DateTimeOffset.UnixEpoch);

    private static RecipientState Child(ChildToRoute child, int index, int parent) =>
        new(index, child.Address, RecipientStatus.Queued, DateTimeOffset.UnixEpoch, Parent: parent, Inherited: child.Inherited);

    private async Task<RoutingDecision> RouteAsync(RecipientState recipient, params RecipientState[] ancestors)
    {
        var facts = MessageFacts.Of(TestMessages.Stored(_id, [.. ancestors, recipient]));
        return await _router.RouteAsync(new RecipientToRoute(facts, recipient, [.. ancestors]), CancellationToken.None);
    }
}
