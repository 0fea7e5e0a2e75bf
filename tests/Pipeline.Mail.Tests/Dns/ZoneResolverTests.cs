using System.Text.Json;
using Pipeline.Mail.Dns;

namespace Pipeline.Mail.Tests.Dns;

public sealed class ZoneResolverTests
{
    private static readonly ZoneResolver Zone = Read("""
        {"a.example":{"A":["192.0.2.1"],"AAAA":["2001:db8::1"],"TXT":["one",["two ","parts"]],"MX":["10 Mail.example","0 ."]},
         "alias.example":{"CNAME":["A.example."]},
         "loop.example":{"CNAME":["loop.example"]},
         "empty.example":{},
         "down.example":{"rcode":"SERVFAIL"},
         "slow.example":{"rcode":"TIMEOUT"},
         "signed.example":{"A":["192.0.2.1"],"authentic":true},
         "tls.signed.example":{"TLSA":["3 1 1 00FFab","2 0 2 01"],"authentic":true},
         "half.example":{"CNAME":["signed.example"]},
         "whole.example":{"CNAME":["signed.example"],"authentic":true},
         "gone.example":{"rcode":"NXDOMAIN","A":["192.0.2.1"]},
         "1.2.0.192.in-addr.arpa":{"PTR":"a.example"}}
        """);

    [Theory]
    [InlineData("a.example", DnsRecordType.A, DnsOutcome.Success)]
    [InlineData("A.EXAMPLE.", DnsRecordType.A, DnsOutcome.Success)]
    [InlineData("a.example", DnsRecordType.Ptr, DnsOutcome.NoData)]
    [InlineData("empty.example", DnsRecordType.A, DnsOutcome.NoData)]
    [InlineData("b.example", DnsRecordType.A, DnsOutcome.NonExistentDomain)]
    [InlineData("gone.example", DnsRecordType.A, DnsOutcome.NonExistentDomain)]
    [InlineData("alias.example", DnsRecordType.Txt, DnsOutcome.Success)]
    [InlineData("alias.example", DnsRecordType.Ptr, DnsOutcome.NoData)]
    [InlineData("loop.example", DnsRecordType.A, DnsOutcome.TemporaryFailure)]
    [InlineData("loop.example", DnsRecordType.Cname, DnsOutcome.Success)]
    [InlineData("down.example", DnsRecordType.A, DnsOutcome.TemporaryFailure)]
    [InlineData("slow.example", DnsRecordType.Mx, DnsOutcome.TemporaryFailure)]
    [InlineData("1.2.0.192.in-addr.arpa", DnsRecordType.Ptr, DnsOutcome.Success)]
    [InlineData("", DnsRecordType.A, DnsOutcome.NonExistentDomain)]
    [InlineData("a..example", DnsRecordType.A, DnsOutcome.NonExistentDomain)]
    public async Task Each_question_has_the_outcome_of_the_table(string name, DnsRecordType type, DnsOutcome expected) =>
        Assert.Equal(expected, (await Zone.QueryAsync(name, type, CancellationToken.None)).Outcome);

    [Fact]
    public async Task Records_have_the_data_of_the_table()
    {
        var texts = await Zone.QueryAsync("a.example", DnsRecordType.Txt, CancellationToken.None);
        Assert.Equal(["one", "two parts"], texts.Records.Cast<TextRecord>().Select(t => t.Text));
        var exchanges = await Zone.QueryAsync("a.example", DnsRecordType.Mx, CancellationToken.None);
        Assert.Equal([new MailExchangeRecord(10, "mail.example"), new MailExchangeRecord(0, "")], exchanges.Records.Cast<MailExchangeRecord>());
    }

    [Theory]
    [InlineData("signed.example", DnsRecordType.A, true)]
    [InlineData("signed.example", DnsRecordType.Mx, true)]
    [InlineData("whole.example", DnsRecordType.A, true)]
    [InlineData("half.example", DnsRecordType.A, false)]
    [InlineData("a.example", DnsRecordType.A, false)]
    [InlineData("none.example", DnsRecordType.A, false)]
    public async Task Answer_is_authentic_when_every_name_on_the_way_is(string name, DnsRecordType type, bool authentic) =>
        Assert.Equal(authentic, (await Zone.QueryAsync(name, type, CancellationToken.None)).Authenticated);

    [Fact]
    public async Task Certificates_of_a_name_are_read()
    {
        var answer = await Zone.QueryAsync("tls.signed.example", DnsRecordType.Tlsa, CancellationToken.None);
        Assert.Equal(
            ["3 1 1 00FFAB", "2 0 2 01"],
            answer.Records.Cast<TlsaRecord>().Select(record => $"{record.Usage} {record.Selector} {record.MatchingType} {Convert.ToHexString(record.Data.Span)}"));
    }

    [Fact]
    public async Task Labels_and_names_that_are_too_long_do_not_exist()
    {
        var label = new string('a', 64);
        var name = string.Join('.', Enumerable.Repeat(new string('a', 63), 4));
        Assert.Equal(DnsOutcome.NonExistentDomain, (await Zone.QueryAsync($"{label}.example", DnsRecordType.A, CancellationToken.None)).Outcome);
        Assert.Equal(DnsOutcome.NonExistentDomain, (await Zone.QueryAsync(name, DnsRecordType.A, CancellationToken.None)).Outcome);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"a\":[]}")]
    [InlineData("{\"a\":{\"A\":[\"nonsense\"]}}")]
    [InlineData("{\"a\":{\"A\":[\"::1\"]}}")]
    [InlineData("{\"a\":{\"MX\":[\"mail\"]}}")]
    [InlineData("{\"a\":{\"MX\":[\"70000 mail\"]}}")]
    [InlineData("{\"a\":{\"TXT\":[1]}}")]
    [InlineData("{\"a\":{\"TXT\":[[1]]}}")]
    [InlineData("{\"a\":{\"TXT\":[\"\\ud800\"]}}")]
    [InlineData("{\"a\":{\"XYZ\":[\"x\"]}}")]
    [InlineData("{\"a\":{\"rcode\":\"WHAT\"}}")]
    [InlineData("{\"a\":{\"rcode\":5}}")]
    [InlineData("{\"a\":{\"authentic\":\"yes\"}}")]
    [InlineData("{\"a\":{\"TLSA\":[\"3 1 1\"]}}")]
    [InlineData("{\"a\":{\"TLSA\":[\"3 1 256 00\"]}}")]
    [InlineData("{\"a\":{\"TLSA\":[\"3 1 1 0\"]}}")]
    [InlineData("{\"a\":{\"TLSA\":[\"3 1 1 0g\"]}}")]
    public void A_zone_that_is_wrong_is_refused_with_a_reason(string json)
    {
        using var document = JsonDocument.Parse(json);
        Assert.False(ZoneJson.TryRead(document.RootElement, out _, out var problem));
        Assert.NotEmpty(problem);
    }

    private static ZoneResolver Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        Assert.True(ZoneJson.TryRead(document.RootElement, out var zone, out var problem), problem);
        return zone;
    }
}
