using System.Net;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Spf;
using Pipeline.Mail.Tests.Dns;
using Pipeline.Tests.Support.Suites;

namespace Pipeline.Mail.Tests.Spf;

/// <summary>What a hostile record may cost, counted in questions.</summary>
public sealed class SpfLimitsTests
{
    [Fact]
    public async Task Includes_that_multiply_end_at_the_tenth()
    {
        var names = Enumerable.Range(0, 20).ToDictionary(
            i => i == 0 ? "example.com" : $"n{i}.example",
            i => Name(TextRecord.Of("v=spf1 " + string.Concat(Enumerable.Range(1, 19).Select(n => $"include:n{n}.example ")) + "-all")));
        var (result, questions) = await CheckAsync(names);
        Assert.Equal((SpfVerdict.PermError, 11), (result.Verdict, questions));
    }

    [Theory]
    [InlineData(10, SpfVerdict.Fail)]
    [InlineData(11, SpfVerdict.PermError)]
    public async Task Ten_terms_may_ask(int terms, SpfVerdict expected)
    {
        var record = "v=spf1 " + string.Concat(Enumerable.Repeat("a:x.example ", terms)) + "-all";
        var (result, questions) = await CheckAsync(new() { ["example.com"] = Name(TextRecord.Of(record)), ["x.example"] = Name(A("198.51.100.1")) });
        Assert.Equal((expected, 11), (result.Verdict, questions));
    }

    [Theory]
    [InlineData(2, SpfVerdict.Fail, 3)]
    [InlineData(3, SpfVerdict.PermError, 4)]
    [InlineData(9, SpfVerdict.PermError, 4)]
    public async Task Two_terms_may_find_nothing(int terms, SpfVerdict expected, int expectedQuestions)
    {
        var record = "v=spf1 " + string.Concat(Enumerable.Range(0, terms).Select(i => $"exists:n{i}.example ")) + "-all";
        var (result, questions) = await CheckAsync(new() { ["example.com"] = Name(TextRecord.Of(record)) });
        Assert.Equal((expected, expectedQuestions), (result.Verdict, questions));
    }

    [Theory]
    [InlineData(10, SpfVerdict.Fail, 12)]
    [InlineData(11, SpfVerdict.PermError, 2)]
    [InlineData(1000, SpfVerdict.PermError, 2)]
    public async Task An_mx_may_have_ten_exchanges(int exchanges, SpfVerdict expected, int expectedQuestions)
    {
        DnsRecord[] records = [TextRecord.Of("v=spf1 mx -all"), .. Enumerable.Range(0, exchanges).Select(i => new MailExchangeRecord((ushort)i, $"m{i}.example"))];
        var (result, questions) = await CheckAsync(new() { ["example.com"] = new ZoneName([.. records]) });
        Assert.Equal((expected, expectedQuestions), (result.Verdict, questions));
    }

    [Theory]
    [InlineData(9, SpfVerdict.Pass)]
    [InlineData(10, SpfVerdict.Fail)]
    public async Task Of_the_names_of_a_client_ten_are_looked_at_once(int before, SpfVerdict expected)
    {
        DnsRecord[] pointers = [.. Enumerable.Range(0, before).Select(i => new NameRecord(DnsRecordType.Ptr, $"p{i}.example")), new NameRecord(DnsRecordType.Ptr, "host.example.com")];
        var (result, questions) = await CheckAsync(new()
        {
            ["example.com"] = Name(TextRecord.Of("v=spf1 ptr:other.example ptr ptr ptr exists:%{p}.x.example -all")),
            ["1.2.0.192.in-addr.arpa"] = new ZoneName([.. pointers]),
            ["host.example.com"] = Name(A("192.0.2.1")),
        });
        Assert.Equal(expected, result.Verdict);
        Assert.InRange(questions, 12, 13);
    }

    [Fact]
    public async Task Macros_that_multiply_make_names_of_bounded_length()
    {
        var longest = string.Concat(Enumerable.Repeat("%{s}%{l}%{d}%{h}.", 3000));
        var (result, questions) = await CheckAsync(
            new() { ["example.com"] = Name(TextRecord.Of($"v=spf1 exists:{longest}x.example -all")) }, helo: new string('h', 60_000));
        Assert.Equal((SpfVerdict.Fail, 1), (result.Verdict, questions));
    }

    [Fact]
    public async Task A_record_longer_than_the_limit_is_wrong()
    {
        var record = TextRecord.Of(["v=spf1 ", .. Enumerable.Repeat(new string(' ', 255), 300), "-all"]);
        Assert.Equal(SpfVerdict.PermError, (await CheckAsync(new() { ["example.com"] = Name(record) })).Result.Verdict);
    }

    [Fact]
    public async Task A_redirect_to_itself_ends()
    {
        var (result, questions) = await CheckAsync(new() { ["example.com"] = Name(TextRecord.Of("v=spf1 redirect=example.com")) });
        Assert.Equal((SpfVerdict.PermError, 11), (result.Verdict, questions));
    }

    private static ZoneName Name(params DnsRecord[] records) => new([.. records]);

    private static AddressRecord A(string address) => new(IPAddress.Parse(address));

    private static async Task<(SpfResult Result, int Questions)> CheckAsync(Dictionary<string, ZoneName> names, string helo = "mx.example.org")
    {
        var dns = new CountingResolver(new ZoneResolver(names));
        var request = new SpfRequest { Client = IPAddress.Parse("192.0.2.1"), Helo = helo, Sender = "user@example.com" };
        var result = await new SpfChecker(FixedTime.AtUnixSeconds(1_700_000_000)).CheckAsync(request, dns, CancellationToken.None);
        return (result, dns.Questions);
    }
}
