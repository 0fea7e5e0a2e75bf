using System.Net;
using Pipeline.Mail.Dns;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Tests.Expansion;

namespace Pipeline.Policy.Tests.Lookups;

public sealed class DnsLookupTests
{
    private readonly ExpansionBench _bench = new(dns: new ScriptedDns()
        .Add("a.test", new AddressRecord(IPAddress.Parse("192.0.2.1")), new AddressRecord(IPAddress.Parse("192.0.2.2")))
        .Add("a.test", new AddressRecord(IPAddress.Parse("2001:db8::1")))
        .Add("a.test", new MailExchangeRecord(10, "mx1.test"), new MailExchangeRecord(20, "mx2.test"))
        .Add("a.test", TextRecord.Of("one", "two"), TextRecord.Of("three"))
        .Add("_s._tcp.a.test", new ServiceRecord(1, 2, 25, "srv.test"))
        .Add("1.2.0.192.in-addr.arpa", new NameRecord(DnsRecordType.Ptr, "host.test"))
        .Add("test", new NameRecord(DnsRecordType.Ns, "ns.test"))
        .AddFailure("broken.test", DnsRecordType.Txt)
        .AddFailure("broken.test", DnsRecordType.A));

    [Theory]
    [InlineData("a=a.test", "192.0.2.1\n192.0.2.2")]
    [InlineData(">: a=a.test", "192.0.2.1:192.0.2.2")]
    [InlineData("aaaa=a.test", "2001:db8::1")]
    [InlineData("a+=a.test", "2001:db8::1\n192.0.2.1\n192.0.2.2")]
    [InlineData("mx=a.test", "10 mx1.test\n20 mx2.test")]
    [InlineData(">:,/ mx=a.test", "10/mx1.test:20/mx2.test")]
    [InlineData("mxh=a.test", "mx1.test\nmx2.test")]
    [InlineData("a.test", "one\nthree")]
    [InlineData(">; txt=a.test", "one;three")]
    [InlineData(">:; txt=a.test", "onetwo:three")]
    [InlineData(">:,- txt=a.test", "one-two:three")]
    [InlineData("srv=_s._tcp.a.test", "1 2 25 srv.test")]
    [InlineData(">! ptr=192.0.2.1", "host.test")]
    [InlineData(">: defer_never,ptr=192.0.2.1", "host.test")]
    [InlineData("zns=x.y.test", "ns.test")]
    [InlineData(">: a=nosuch.test:a.test", "192.0.2.1:192.0.2.2")]
    [InlineData("a=nosuch.test", "none")]
    [InlineData("defer_never,txt=broken.test", "none")]
    [InlineData("a=a.test:broken.test", "192.0.2.1\n192.0.2.2")]
    [InlineData("retrans_3s,retry_1,aaaa=a.test", "2001:db8::1")]
    public async Task Records_are_shown(string query, string expected) =>
        Assert.Equal(expected, await _bench.PrintAsync($"${{lookup dnsdb{{{query}}}{{$value}}{{none}}}}"));

    [Theory]
    [InlineData("txt=broken.test", "lookup of \"txt=broken.test\" gave DEFER: SERVFAIL")]
    [InlineData("defer_strict,a=a.test:broken.test", "lookup of \"defer_strict,a=a.test:broken.test\" gave DEFER: SERVFAIL")]
    [InlineData("wks=a.test", "lookup of \"wks=a.test\" gave DEFER: unsupported DNS record type")]
    [InlineData("defer_wrong,a=a.test", "lookup of \"defer_wrong,a=a.test\" gave DEFER: dnsdb modifier syntax error")]
    public async Task Question_without_an_answer_is_deferred(string query, string message)
    {
        var result = await _bench.ExpandAsync($"${{lookup dnsdb{{{query}}}}}");
        Assert.Equal((ExpansionOutcome.Deferred, message), (result.Outcome, result.Message));
    }

    [Fact]
    public async Task Answer_is_remembered_for_the_message()
    {
        var dns = new ScriptedDns().Add("a.test", new AddressRecord(IPAddress.Loopback));
        var bench = new ExpansionBench(dns: dns);
        Assert.Equal("127.0.0.1127.0.0.1", await bench.PrintAsync("${lookup dnsdb{a=a.test}}${lookup dnsdb{a=a.test}}"));
        Assert.Single(dns.Asked);
    }
}
