using System.Collections.Immutable;
using System.Net;
using Pipeline.Mail.Addressing;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Acl.Verification.Callouts;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Routers;

namespace Pipeline.Policy.Tests.Acl;

/// <summary>What ACLs make of callouts: words for client and log, variables, and what is remembered for how long. The words are those of Debian's Exim 4.96.</summary>
public sealed class CalloutTests
{
    private static readonly CalloutAnswer Taken = Answer(CalloutOutcome.Accepted);

    private static readonly CalloutAnswer Unknown = Answer(CalloutOutcome.RecipientRefused) with
    {
        Sent = "RCPT TO:<bob@local.test>",
        Response = "550-no such user\n550 second line",
        Log = "h.test [192.0.2.7] : SMTP error from remote mail server after RCPT TO:<bob@local.test>: 550-no such user\\n550 second line",
    };

    private static readonly CalloutAnswer NoBounces = Answer(CalloutOutcome.SetupRefused) with
    {
        MailRefused = true,
        Sent = "MAIL FROM:<>",
        Response = "550 no bounces",
        Log = "h.test [192.0.2.7] : response to \"MAIL FROM:<>\" was: 550 no bounces",
    };

    private static readonly CalloutAnswer NoPostmaster = Answer(CalloutOutcome.PostmasterRefused) with
    {
        PostmasterAccepted = false,
        Sent = "RCPT TO:<postmaster@local.test>",
        Response = "550 no pm",
        Log = "h.test [192.0.2.7] : no pm",
    };

    private static readonly CalloutAnswer Later = Answer(CalloutOutcome.Undecided) with { Log = "h.test [192.0.2.7] : Connection refused" };

    private readonly AclBench _bench = new(transports: "t:\ndriver = smtp\nl:\ndriver = appendfile\nfile = /dev/null");
    private readonly Agent _agent = new();
    private readonly Memory _memory = new();

    public CalloutTests()
    {
        _bench.Scope.Environment.Verifier = new Router("t");
        _bench.Scope.Message.Callouts = new CalloutServices(_agent, _memory);
    }

    [Fact]
    public async Task Recipient_that_the_host_takes_is_good_and_remembered()
    {
        _agent.Answers.Enqueue(Taken);
        Assert.True((await _bench.RunAsync("require verify = recipient/callout\naccept")).IsAccepted);
        Assert.True((await _bench.RunAsync("require verify = recipient/callout\naccept")).IsAccepted);
        var question = Assert.Single(_agent.Asked);
        Assert.Equal((EnvelopeAddress.Null, "bob@local.test"), (question.Sender, question.Recipient.ToString()));
        Assert.Equal((30, 30, 120), (question.CommandTimeout.TotalSeconds, question.ConnectTimeout.TotalSeconds, question.MaxWait.TotalSeconds));
        Assert.Equal(["callout/address/bob@local.test", "callout/domain/local.test"], _memory.Records.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Recipient_that_the_host_refuses_is_refused_with_its_words_and_from_memory_without()
    {
        _agent.Answers.Enqueue(Unknown);
        var first = await _bench.RunAsync("require message = $acl_verify_message\nverify = recipient/callout\naccept");
        Assert.Equal("Callout verification failed:|550-no such user|550 second line", string.Join('|', first.Reply!.Lines));
        Assert.Equal(550, first.Reply.Code);
        Assert.Equal(Unknown.Log, (await RefusedAsync(Unknown)).LogMessage);
        Assert.Equal(("recipient", "[192.0.2.7]:25"), (Variable("recipient_verify_failure"), Variable("callout_address")));

        var second = await _bench.RunAsync("require verify = recipient/callout\naccept");
        Assert.Equal(("550 Previous (cached) callout verification failure", "Previous (cached) callout verification failure"), (second.Reply!.ToString(), second.LogMessage));
    }

    [Fact]
    public async Task Sender_is_called_and_the_client_is_told_once_what_was_said()
    {
        _agent.Answers.Enqueue(Unknown);
        _agent.Answers.Enqueue(Unknown);
        var first = await _bench.RunAsync("require verify = sender/callout=no_cache\naccept");
        Assert.Equal(
            "Verification failed for <a@sender.test>|Called:   192.0.2.7|Sent:     RCPT TO:<bob@local.test>|Response: 550-no such user|550 second line|Sender verify failed",
            string.Join('|', first.Reply!.Lines));
        Assert.Equal("Sender verify failed", first.LogMessage);
        Assert.Equal([$"Main, Reject: H=(client.test) [192.0.2.1] sender verify fail for <a@sender.test>: {Unknown.Log}"], _bench.Log);
        Assert.Equal("recipient", Variable("sender_verify_failure"));
        Assert.Equal("550 Sender verify failed", (await _bench.RunAsync("require verify = sender/callout=no_cache\naccept")).Reply!.ToString());
        Assert.Equal(2, _agent.Asked.Count);
        Assert.Empty(_memory.Records);
    }

    [Fact]
    public async Task Host_that_refuses_bounces_is_not_called_again_for_its_domain()
    {
        _agent.Answers.Enqueue(NoBounces);
        var first = await _bench.RunAsync("require verify = sender/callout\naccept");
        Assert.Equal(
            """
            Callback setup failed while verifying <a@sender.test>
            Called:   192.0.2.7
            Sent:     MAIL FROM:<>
            Response: 550 no bounces
            The initial connection, or a HELO or MAIL FROM:<> command was
            rejected. Refusing MAIL FROM:<> does not help fight spam, disregards
            RFC requirements, and stops you from receiving standard bounce
            messages. This host does not accept mail from domains whose servers
            refuse bounces.
            Sender verify failed
            """,
            string.Join('\n', first.Reply!.Lines));
        Assert.Equal("mail", Variable("sender_verify_failure"));

        _bench.Scope.Message.Sender = new EnvelopeAddress("other", "sender.test");
        var second = await _bench.RunAsync("require verify = sender/callout\naccept");
        Assert.Equal(["Callback setup failed while verifying <other@sender.test>", "(result of an earlier callout reused)."], second.Reply!.Lines.Take(2));
        Assert.EndsWith("sender verify fail for <other@sender.test>", _bench.Log[^1], StringComparison.Ordinal);
        Assert.Single(_agent.Asked);

        // With a sender in MAIL that host may say something else.
        _bench.Scope.Address = new AddressScope { LocalPart = "bob", Domain = "sender.test" };
        _agent.Answers.Enqueue(Taken);
        Assert.True((await _bench.RunAsync("require verify = recipient/callout=use_postmaster\naccept")).IsAccepted);
    }

    [Fact]
    public async Task Refused_sender_in_MAIL_says_nothing_of_the_domain()
    {
        _agent.Answers.Enqueue(NoBounces);
        await _bench.RunAsync("require verify = recipient/callout=use_sender\naccept");
        _agent.Answers.Enqueue(Taken);
        Assert.True((await _bench.RunAsync("require verify = recipient/callout=use_sender\naccept")).IsAccepted);
        Assert.Equal(["a@sender.test", "a@sender.test"], _agent.Asked.Select(question => question.Sender.ToString()));
        Assert.Contains("callout/address/bob@local.test/<a@sender.test>", _memory.Records.Keys);
    }

    [Fact]
    public async Task Host_that_takes_what_cannot_exist_is_not_asked_about_anyone_again()
    {
        _agent.Answers.Enqueue(Taken with { RandomAccepted = true });
        Assert.True((await _bench.RunAsync("require verify = recipient/callout=random\naccept")).IsAccepted);
        Assert.Equal($"mx.example.com-{_bench.Time.GetUtcNow().ToUnixTimeSeconds()}-testing@local.test", _agent.Asked[0].Random!.ToString());
        _bench.Scope.Address!.LocalPart = "joe";
        Assert.True((await _bench.RunAsync("require verify = recipient/callout=random\naccept")).IsAccepted);
        Assert.Single(_agent.Asked);
        Assert.DoesNotContain("callout/address/bob@local.test", _memory.Records.Keys);

        // Without "random" the address itself is asked about.
        _agent.Answers.Enqueue(Unknown);
        Assert.False((await _bench.RunAsync("require verify = recipient/callout\naccept")).IsAccepted);
    }

    [Fact]
    public async Task Host_that_knows_its_addresses_is_not_asked_about_a_random_one_again()
    {
        _agent.Answers.Enqueue(Taken with { RandomAccepted = false });
        _agent.Answers.Enqueue(Taken);
        await _bench.RunAsync("require verify = recipient/callout=random\naccept");
        _bench.Scope.Address!.LocalPart = "joe";
        await _bench.RunAsync("require verify = recipient/callout=random\naccept");
        Assert.Equal([true, false], _agent.Asked.Select(question => question.Random is not null));
    }

    [Fact]
    public async Task Domain_without_postmaster_is_refused_and_remembered()
    {
        _agent.Answers.Enqueue(NoPostmaster);
        var first = await _bench.RunAsync("require verify = sender/callout=postmaster\naccept");
        Assert.Equal("Postmaster verification failed while checking <a@sender.test>", first.Reply!.Lines[0]);
        Assert.Equal(
            ["Several RFCs state that you are required to have a postmaster", "mailbox for each mail domain. This host does not accept mail", "from domains whose servers reject the postmaster address."],
            first.Reply.Lines.Skip(4).Take(3));
        Assert.Equal("postmaster", Variable("sender_verify_failure"));
        Assert.Equal((EnvelopeAddress.Null, false), (_agent.Asked[0].PostmasterSender, _agent.Asked[0].FullPostmaster));

        _bench.Scope.Message.Sender = new EnvelopeAddress("b", "sender.test");
        var second = await _bench.RunAsync("require verify = sender/callout=fullpostmaster\naccept");
        Assert.Equal("(result of earlier verification reused).", second.Reply!.Lines[1]);
        Assert.Single(_agent.Asked);
    }

    [Fact]
    public async Task Known_recipient_with_an_unknown_postmaster_is_asked_about()
    {
        _agent.Answers.Enqueue(Taken);
        _agent.Answers.Enqueue(Taken with { PostmasterAccepted = true });
        foreach (var options in (string[])["callout", "callout=postmaster", "callout=postmaster"])
        {
            Assert.True((await _bench.RunAsync($"require verify = recipient/{options}\naccept")).IsAccepted);
        }

        Assert.Equal(2, _agent.Asked.Count);
    }

    [Theory]
    [InlineData("recipient", "recipient", "Could not complete recipient verify callout: h.test [192.0.2.7] : Connection refused")]
    [InlineData("sender", "sender", "Could not complete sender verify callout")]
    public async Task Callout_that_decides_nothing_defers_and_is_not_remembered(string what, string word, string log)
    {
        _agent.Answers.Enqueue(Later);
        _agent.Answers.Enqueue(Later);
        _agent.Answers.Enqueue(Later);
        var outcome = await _bench.RunAsync($"require verify = {what}/callout\naccept");
        Assert.Equal((AclVerdict.Defer, $"451 Could not complete {word} verify callout", log), (outcome.Verdict, outcome.Reply!.ToString(), outcome.LogMessage));
        Assert.Empty(_memory.Records);
        Assert.True((await _bench.RunAsync($"require verify = {what}/callout=defer_ok\naccept")).IsAccepted);
        Assert.True((await _bench.RunAsync($"require verify = {what}/callout/defer_ok\naccept")).IsAccepted);
        Assert.Equal(what == "sender" ? ["Main, Reject: H=(client.test) [192.0.2.1] sender verify defer for <a@sender.test>: Could not complete sender verify callout: h.test [192.0.2.7] : Connection refused"] : [], _bench.Log.Take(1));
    }

    [Theory]
    [InlineData(true, 23, 25)]
    [InlineData(false, 1, 3)]
    public async Task What_is_known_of_an_address_ends(bool accepted, int hoursKnown, int hoursForgotten)
    {
        var answer = accepted ? Taken : Unknown;
        _agent.Answers.Enqueue(answer);
        _agent.Answers.Enqueue(answer);
        await _bench.RunAsync("require verify = recipient/callout");
        _bench.Time.Advance(TimeSpan.FromHours(hoursKnown));
        await _bench.RunAsync("require verify = recipient/callout");
        Assert.Single(_agent.Asked);
        _bench.Time.Advance(TimeSpan.FromHours(hoursForgotten - hoursKnown));
        await _bench.RunAsync("require verify = recipient/callout");
        Assert.Equal(2, _agent.Asked.Count);
    }

    [Fact]
    public async Task What_is_known_of_a_domain_ends()
    {
        _agent.Answers.Enqueue(NoBounces);
        _agent.Answers.Enqueue(Taken);
        await _bench.RunAsync("require verify = sender/callout\naccept");
        _bench.Time.Advance(TimeSpan.FromMinutes(179));
        Assert.False((await _bench.RunAsync("require verify = sender/callout\naccept")).IsAccepted);
        _bench.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.True((await _bench.RunAsync("require verify = sender/callout\naccept")).IsAccepted);
    }

    [Theory]
    [InlineData("recipient", "callout=5s,connect=1s,maxwait=9s", 5, 1, 9)]
    [InlineData("recipient", "callout = 1m", 60, 60, 240)]
    public async Task Times_are_those_of_the_options(string what, string options, int command, int connect, int wait)
    {
        _agent.Answers.Enqueue(Taken);
        await _bench.RunAsync($"require verify = {what}/{options}");
        var question = Assert.Single(_agent.Asked);
        Assert.Equal((command, connect, wait), ((int)question.CommandTimeout.TotalSeconds, (int)question.ConnectTimeout.TotalSeconds, (int)question.MaxWait.TotalSeconds));
    }

    [Theory]
    [InlineData("recipient/callout=use_postmaster", "postmaster@mx.example.com", null)]
    [InlineData("recipient/callout=hold,use_sender,postmaster_mailfrom=<x@y.test>", "a@sender.test", "x@y.test")]
    [InlineData("recipient/check_postmaster", "", "")]
    public async Task Senders_are_those_of_the_options(string value, string sender, string? postmaster)
    {
        _agent.Answers.Enqueue(Taken);
        await _bench.RunAsync($"require verify = {value}");
        var question = Assert.Single(_agent.Asked);
        Assert.Equal((sender, postmaster), (question.Sender.ToString(), question.PostmasterSender?.ToString()));
    }

    [Theory]
    [InlineData("sender/callout=bogus", "bad time value in ACL condition \"verify sender/callout=bogus\"")]
    [InlineData("sender/callout=maxwait=x", "bad time value in ACL condition \"verify sender/callout=maxwait=x\"")]
    [InlineData("sender/callout=mailfrom=a@b", "\"mailfrom\" is allowed as a callout option only for verify=header_sender (detected in ACL condition \"sender/callout=mailfrom=a@b\")")]
    [InlineData("sender/callout=use_sender", "use_sender or use_postmaster cannot be used for a sender verify callout")]
    [InlineData("recipient/calloutx", "'=' expected after \"callout\" in ACL condition \"recipient/calloutx\"")]
    public async Task Wrong_options_are_errors_in_the_words_of_Exim(string value, string error)
    {
        var outcome = await _bench.RunAsync($"require verify = {value}\naccept");
        Assert.Equal((AclVerdict.Error, error), (outcome.Verdict, outcome.LogMessage));
        Assert.Empty(_agent.Asked);
    }

    [Theory]
    [InlineData("l")]
    [InlineData(null)]
    public async Task Address_that_goes_to_no_host_is_good_with_its_route(string? transport)
    {
        _bench.Scope.Environment.Verifier = new Router(transport);
        Assert.True((await _bench.RunAsync("require verify = recipient/callout\naccept")).IsAccepted);
        Assert.Empty(_agent.Asked);
    }

    [Fact]
    public async Task Dry_run_makes_no_callout()
    {
        _bench.Scope.Message.Callouts = null;
        Assert.True((await _bench.RunAsync("require verify = recipient/callout\naccept")).IsAccepted);
        Assert.Empty(_agent.Asked);
    }

    [Fact]
    public async Task Sender_in_the_header_is_called_under_the_name_that_was_given()
    {
        _bench.Scope.Message.HeaderBlock = "From: f@h.test\r\nSender: s@h.test\r\n"u8.ToArray();
        _agent.Answers.Enqueue(Unknown);
        _agent.Answers.Enqueue(Taken);
        Assert.True((await _bench.RunAsync("require verify = header_sender/callout=no_cache,mailfrom=m@x.test\naccept", AclPoint.Data)).IsAccepted);
        Assert.Equal(["m@x.test s@h.test", "m@x.test f@h.test"], _agent.Asked.Select(question => $"{question.Sender} {question.Recipient}"));

        _agent.Answers.Enqueue(Unknown);
        _agent.Answers.Enqueue(Unknown);
        var refused = await _bench.RunAsync("require verify = header_sender/callout=no_cache\naccept", AclPoint.Data);
        Assert.Equal(("550 Administrative prohibition", "there is no valid sender in any header line"), (refused.Reply!.ToString(), refused.LogMessage));

        _agent.Answers.Enqueue(Unknown);
        _agent.Answers.Enqueue(Later);
        var deferred = await _bench.RunAsync("require verify = header_sender/callout=no_cache\naccept", AclPoint.Data);
        Assert.Equal(
            ("451 Temporary local problem - please try later", "all attempts to verify a sender in a header line deferred"), (deferred.Reply!.ToString(), deferred.LogMessage));
    }

    private static CalloutAnswer Answer(CalloutOutcome outcome) => new(outcome) { Called = new IPEndPoint(IPAddress.Parse("192.0.2.7"), 25) };

    private string? Variable(string name) => _bench.Scope.Message.ConditionVariables.GetValueOrDefault(name);

    private async Task<AclOutcome> RefusedAsync(CalloutAnswer answer)
    {
        _agent.Answers.Enqueue(answer);
        return await _bench.RunAsync("require verify = recipient/callout=no_cache\naccept");
    }

    private sealed class Router(string? transport) : IAddressVerifier
    {
        public ValueTask<AddressVerification> VerifyAsync(
            EvaluationScope scope, EnvelopeAddress address, bool asSender, bool successOnRedirect, CancellationToken cancellationToken) => new(new AddressVerification(
                VerificationOutcome.Verified, "", Routed: new RoutedAddress(RoutingAddress.Of(address), new RoutingOutcome.Routed
                {
                    Router = "r",
                    Transport = transport,
                    Address = address,
                    Values = ImmutableDictionary<string, ExpandedText>.Empty,
                })));
    }

    private sealed class Agent : ICalloutAgent
    {
        public Queue<CalloutAnswer> Answers { get; } = new();

        public List<CalloutQuestion> Asked { get; } = [];

        public ValueTask<CalloutAnswer?> AskAsync(EvaluationScope scope, RoutedAddress address, CalloutQuestion question, CancellationToken cancellationToken)
        {
            Asked.Add(question);
            return new(Answers.Dequeue());
        }
    }

    private sealed class Memory : ICalloutCache
    {
        public Dictionary<string, CalloutRecord> Records { get; } = new(StringComparer.Ordinal);

        public ValueTask<CalloutRecord?> GetAsync(string key, CancellationToken cancellationToken) => new(Records.GetValueOrDefault(key));

        public ValueTask PutAsync(string key, CalloutRecord record, CancellationToken cancellationToken)
        {
            Records[key] = record;
            return ValueTask.CompletedTask;
        }
    }
}
