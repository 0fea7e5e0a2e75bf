using System.Net;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dns;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Tests.Expansion;

namespace Pipeline.Policy.Tests.Acl;

public sealed class AclVerifyTests
{
    private readonly AclBench _bench = new();

    [Fact]
    public async Task Recipient_that_verifies_leaves_its_address_data()
    {
        _bench.Scope.Environment.Verifier = new Fixed(new AddressVerification(VerificationOutcome.Verified, "", "D"));
        Assert.Equal("250 D", (await _bench.RunAsync("accept verify = recipient\nmessage = $address_data")).Reply!.ToString());
    }

    [Theory]
    [InlineData("require verify = recipient", "550 Unrouteable address", "Unrouteable address")]
    [InlineData("deny !verify = recipient", "550 Unrouteable address", "Unrouteable address")]
    [InlineData("require message = nobody here: $acl_verify_message\nverify = recipient", "550 nobody here: Unrouteable address", "Unrouteable address")]
    public async Task Recipient_that_does_not_verify_is_refused(string acl, string reply, string log)
    {
        _bench.Scope.Environment.Verifier = new Fixed(new AddressVerification(VerificationOutcome.Failed, "Unrouteable address"));
        var outcome = await _bench.RunAsync(acl);
        Assert.Equal(reply, outcome.Reply!.ToString());
        Assert.Equal(log, outcome.LogMessage);
        Assert.Equal("route", _bench.Scope.Message.ConditionVariables["recipient_verify_failure"]);
    }

    [Theory]
    [InlineData("require verify = recipient\naccept", AclVerdict.Defer)]
    [InlineData("require verify = recipient/defer_ok\naccept", AclVerdict.Accept)]
    [InlineData("deny !verify = recipient/defer_ok\naccept", AclVerdict.Accept)]
    public async Task Recipient_that_cannot_be_verified_now_defers_unless_that_is_fine(string acl, AclVerdict expected)
    {
        _bench.Scope.Environment.Verifier = new Fixed(new AddressVerification(VerificationOutcome.Deferred, "host lookup did not complete"));
        var outcome = await _bench.RunAsync(acl);
        Assert.Equal(expected, outcome.Verdict);
        Assert.Equal(expected == AclVerdict.Defer ? "451 Temporary local problem - please try later" : "250 Accepted", outcome.Reply!.ToString());
    }

    [Fact]
    public async Task Sender_verification_failure_is_told_in_full_once()
    {
        var verifier = new Fixed(new AddressVerification(VerificationOutcome.Failed, "Unrouteable address"));
        _bench.Scope.Environment.Verifier = verifier;
        var first = await _bench.RunAsync("require verify = sender\naccept");
        var second = await _bench.RunAsync("require verify = sender\naccept");
        Assert.Equal("Verification failed for <a@sender.test>|Unrouteable address|Sender verify failed", string.Join('|', first.Reply!.Lines));
        Assert.Equal("550 Sender verify failed", second.Reply!.ToString());
        Assert.Equal(["Main, Reject: H=(client.test) [192.0.2.1] sender verify fail for <a@sender.test>: Unrouteable address"], _bench.Log);
        Assert.Equal(1, verifier.Calls);
    }

    [Fact]
    public async Task No_details_leaves_the_details_out()
    {
        _bench.Scope.Environment.Verifier = new Fixed(new AddressVerification(VerificationOutcome.Failed, "Unrouteable address"));
        Assert.Equal("550 Sender verify failed", (await _bench.RunAsync("require verify = sender/no_details\naccept")).Reply!.ToString());
    }

    [Fact]
    public async Task Null_sender_always_verifies()
    {
        _bench.Scope.Message.Sender = EnvelopeAddress.Null;
        Assert.True((await _bench.RunAsync("require verify = sender\naccept")).IsAccepted);
    }

    [Fact]
    public async Task Verification_without_routers_is_an_error() =>
        Assert.Equal(AclVerdict.Error, (await _bench.RunAsync("require verify = recipient\naccept")).Verdict);

    [Theory]
    [InlineData("back.test", "client.test", true, false)]
    [InlineData("back.test", "back.test", true, true)]
    [InlineData("liar.test", "fwd.test", false, true)]
    [InlineData("liar.test", "[192.0.2.1]", false, true)]
    [InlineData("liar.test", "[192.0.2.2]", false, false)]
    public async Task Client_is_verified_by_its_name_and_helo(string pointer, string helo, bool reverse, bool heloHolds)
    {
        var dns = new ScriptedDns()
            .Add("1.2.0.192.in-addr.arpa", new NameRecord(DnsRecordType.Ptr, pointer))
            .Add("back.test", new AddressRecord(IPAddress.Parse("192.0.2.1")))
            .Add("liar.test", new AddressRecord(IPAddress.Parse("192.0.2.99")))
            .Add("fwd.test", new AddressRecord(IPAddress.Parse("192.0.2.1")));
        var bench = new AclBench(dns);
        bench.Scope.Connection.HeloName = helo;
        Assert.Equal(reverse, (await bench.RunAsync("require verify = reverse_host_lookup\naccept")).IsAccepted);
        Assert.Equal(heloHolds, (await bench.RunAsync("require verify = helo\naccept")).IsAccepted);
        Assert.Equal(reverse ? pointer : null, bench.Scope.Connection.ClientName);
    }

    [Fact]
    public async Task Reverse_lookup_that_gets_no_answer_defers()
    {
        var bench = new AclBench(new ScriptedDns().AddFailure("1.2.0.192.in-addr.arpa", DnsRecordType.Ptr));
        Assert.Equal(AclVerdict.Defer, (await bench.RunAsync("require verify = reverse_host_lookup")).Verdict);
        Assert.Equal(AclVerdict.Accept, (await bench.RunAsync("require verify = reverse_host_lookup/defer_ok\naccept")).Verdict);
        Assert.True(bench.Scope.Connection.HostLookupDeferred);
    }

    [Fact]
    public async Task Addresses_are_verified_as_they_will_be_rewritten_and_the_sender_stays_so()
    {
        var bench = new Rewriting.RewriteBench("*@sender.test  $1@s.test  F\n*@local.test  $1@r.test  T");
        var verifier = new Fixed(new AddressVerification(VerificationOutcome.Verified, ""));
        bench.Scope.Environment.Verifier = verifier;
        bench.Scope.Message.Sender = new EnvelopeAddress("a", "sender.test");
        bench.Scope.Address = new AddressScope { LocalPart = "bob", Domain = "local.test", OriginalLocalPart = "Bob", OriginalDomain = "local.test" };

        var outcome = await _bench.Engine("start:\naccept verify = recipient\nverify = sender\nmessage = $local_part@$domain $sender_address")
            .RunAsync(AclPoint.Rcpt, StringExpansion.Compile("start"), bench.Scope, CancellationToken.None);

        Assert.Equal("250 bob@local.test a@s.test", outcome.Reply!.ToString());
        Assert.Equal(["recipient Bob@r.test", "sender a@s.test"], verifier.Asked);
        Assert.Equal(1, bench.Scope.Message.SenderRewriting?.Length);
    }

    private sealed class Fixed(AddressVerification answer) : IAddressVerifier
    {
        public int Calls { get; private set; }

        public List<string> Asked { get; } = [];

        public ValueTask<AddressVerification> VerifyAsync(EvaluationScope scope, EnvelopeAddress address, bool asSender, bool successOnRedirect, CancellationToken cancellationToken)
        {
            Calls++;
            Asked.Add($"{(asSender ? "sender" : "recipient")} {address}");
            return new(answer);
        }
    }
}
