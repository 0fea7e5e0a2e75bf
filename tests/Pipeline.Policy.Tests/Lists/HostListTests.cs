using System.Net;
using Pipeline.Mail.Dns;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Tests.Expansion;
using Pipeline.Policy.Tests.Lookups;

namespace Pipeline.Policy.Tests.Lists;

/// <summary>List items that need DNS, files or lookups.</summary>
public sealed class HostListTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("*.test", "192.0.2.1", true)]
    [InlineData("*.test", "192.0.2.9", false)]
    [InlineData("*.test : *", "192.0.2.9", false)]
    [InlineData("+ignore_unknown : *.test : *", "192.0.2.9", true)]
    [InlineData("+include_unknown : *.test", "192.0.2.9", true)]
    [InlineData("+include_defer : *.test", "192.0.2.5", true)]
    [InlineData("+ignore_defer : *.test", "192.0.2.5", false)]
    [InlineData("^host", "192.0.2.1", true)]
    [InlineData("*alias.test", "192.0.2.1", true)]
    [InlineData("*forged.test", "192.0.2.2", false)]
    [InlineData("host.test", "192.0.2.1", true)]
    [InlineData("host.test", "192.0.2.2", false)]
    [InlineData("nosuch.test : 192.0.2.1", "192.0.2.1", false)]
    [InlineData("+ignore_unknown : nosuch.test : 192.0.2.1", "192.0.2.1", true)]
    [InlineData("@", "192.0.2.77", true)]
    [InlineData("@[]", "192.0.2.77", true)]
    [InlineData("@[]", "192.0.2.1", false)]
    public async Task Host_is_found_by_its_names(string list, string address, bool expected) =>
        Assert.Equal(expected, (await MatchAsync(list, address)).IsMatch);

    [Theory]
    [InlineData("*.test", "192.0.2.5")]
    [InlineData("broken.test", "192.0.2.1")]
    public async Task Name_service_that_does_not_answer_defers(string list, string address) => Assert.True((await MatchAsync(list, address)).IsDeferred);

    [Fact]
    public async Task Lookups_in_a_host_list_have_address_network_or_name_as_key()
    {
        var file = _folder.Add("hosts", "192.0.2.1: address\n192.0.2.0/28: net\nhost.test: name\n2001.0db8.0000.0000.0000.0000.0000.0001: six\n");
        var nets = _folder.Add("nets", "\"2001:db8::/32\": ipl\n");
        Assert.Equal("address", (await MatchAsync($"net-lsearch;{file}", "192.0.2.1")).Data);
        Assert.Equal("net", (await MatchAsync($"net28-lsearch;{file}", "192.0.2.2")).Data);
        Assert.Equal("name", (await MatchAsync($"lsearch;{file}", "192.0.2.1")).Data);
        Assert.Equal("six", (await MatchAsync($"net-lsearch;{file}", "2001:db8::1")).Data);
        Assert.Equal("ipl", (await MatchAsync($"net-iplsearch;{nets}", "2001:db8::1")).Data);
        Assert.False((await MatchAsync($"net-lsearch;{file}", "192.0.2.3")).IsMatch);
    }

    [Fact]
    public async Task Lines_of_a_file_are_items()
    {
        var file = _folder.Add("domains", "# comment\na.test # more\n\n!b.test\n*.test\n");
        Assert.True(await InDomainsAsync(file, "a.test"));
        Assert.True(await InDomainsAsync(file, "c.test"));
        Assert.False(await InDomainsAsync($"{file} : *", "b.test"));
        Assert.False(await InDomainsAsync($"!{file} : *", "a.test"));
        Assert.True(await InDomainsAsync($"!{file} : *", "elsewhere"));
    }

    [Fact]
    public async Task Missing_file_defers()
    {
        var result = await MailList.Compile(ListKind.Domain, "/nosuch/file").MatchAsync(Scope("192.0.2.1"), "a", CancellationToken.None);
        Assert.Equal("failed to open /nosuch/file when checking domain list: No such file or directory", result.Message);
    }

    [Fact]
    public async Task Lookup_data_is_the_data_of_the_match()
    {
        var file = _folder.Add("lines", "a.test: data of a\n*.wild.test: w\n");
        var scope = Scope("192.0.2.1");
        var list = MailList.Compile(ListKind.Domain, $"x : partial-lsearch;{file}");
        Assert.Equal("data of a", (await list.MatchAsync(scope, "a.test", CancellationToken.None)).Data);
        Assert.Equal("w", (await list.MatchAsync(scope, "b.wild.test", CancellationToken.None)).Data);
        Assert.Equal("x", (await list.MatchAsync(scope, "X", CancellationToken.None)).Data);
        Assert.Equal(["b.wild.test", "b", "wild.test"], scope.Transient.Numeric.Parts);
    }

    [Theory]
    [InlineData("any.test", "@mx_any", true)]
    [InlineData("any.test", "@mx_primary", true)]
    [InlineData("any.test", "@mx_secondary", false)]
    [InlineData("second.test", "@mx_any", true)]
    [InlineData("second.test", "@mx_primary", false)]
    [InlineData("second.test", "@mx_secondary", true)]
    [InlineData("second.test", "@mx_any/ignore=192.0.2.77", false)]
    [InlineData("none.test", "@mx_any", false)]
    [InlineData("[192.0.2.77]", "@[]", true)]
    [InlineData("[192.0.2.78]", "@[]", false)]
    public async Task Domain_is_found_by_its_mail_exchangers(string domain, string list, bool expected) => Assert.Equal(expected, await InDomainsAsync(list, domain));

    [Fact]
    public async Task Address_list_has_lookups_of_addresses_and_domains()
    {
        var addresses = _folder.Add("addresses", "a@b.test: 1\n*@c.test: 2\n*: 3\n");
        var domains = _folder.Add("domains", "b.test: joe:!jim:*-list\nc.test: sue:>b.test\nloop.test: >loop.test\n");
        var scope = Scope("192.0.2.1");
        Assert.Equal("1", (await Address($"lsearch;{addresses}", "a@b.test")).Data);
        Assert.False((await Address($"lsearch;{addresses}", "x@c.test")).IsMatch);
        Assert.Equal("2", (await Address($"lsearch*@;{addresses}", "x@c.test")).Data);
        Assert.Equal("3", (await Address($"lsearch*;{addresses}", "x@d.test")).Data);
        Assert.True((await Address($"*@lsearch;{domains}", "any@b.test")).IsMatch);
        Assert.False((await Address($"joe@lsearch;{domains}", "any@b.test")).IsMatch);
        Assert.True((await Address($"@@lsearch;{domains}", "joe@b.test")).IsMatch);
        Assert.False((await Address($"@@lsearch;{domains}", "jim@b.test")).IsMatch);
        Assert.True((await Address($"@@lsearch;{domains}", "x-list@c.test")).IsMatch);
        Assert.True((await Address($"@@lsearch;{domains}", "x@loop.test")).IsDeferred);

        async Task<ListMatchResult> Address(string list, string subject) =>
            await MailList.Compile(ListKind.Address, list).MatchAsync(scope, subject, CancellationToken.None);
    }

    private static EvaluationScope Scope(string address)
    {
        var dns = new ScriptedDns()
            .Add("1.2.0.192.in-addr.arpa", new NameRecord(DnsRecordType.Ptr, "host.test"), new NameRecord(DnsRecordType.Ptr, "alias.test"))
            .Add("2.2.0.192.in-addr.arpa", new NameRecord(DnsRecordType.Ptr, "forged.test"))
            .AddFailure("5.2.0.192.in-addr.arpa", DnsRecordType.Ptr)
            .Add("host.test", new AddressRecord(IPAddress.Parse("192.0.2.1")))
            .Add("alias.test", new AddressRecord(IPAddress.Parse("192.0.2.1")))
            .Add("forged.test", new AddressRecord(IPAddress.Parse("192.0.2.99")))
            .AddFailure("broken.test", DnsRecordType.A)
            .Add("mx.example.com", new AddressRecord(IPAddress.Parse("192.0.2.77")))
            .Add("other.test", new AddressRecord(IPAddress.Parse("192.0.2.50")))
            .Add("any.test", new MailExchangeRecord(10, "mx.example.com"), new MailExchangeRecord(20, "other.test"))
            .Add("second.test", new MailExchangeRecord(10, "other.test"), new MailExchangeRecord(20, "mx.example.com"));
        return new EvaluationScope
        {
            Environment = new PolicyEnvironment
            {
                Policy = new MailPolicy(),
                Time = new ExpansionBench.FixedTime(),
                Dns = dns,
                PrimaryHostname = "mx.example.com",
                LocalAddresses = [IPAddress.Parse("192.0.2.77")],
                Log = new ExpansionBench.SilentLog(),
            },
            Connection = new ConnectionScope { ClientAddress = IPAddress.Parse(address) },
            Message = new MessageScope(),
        };
    }

    private static async Task<ListMatchResult> MatchAsync(string list, string address) =>
        await MailList.Compile(ListKind.Host, list).MatchClientAsync(Scope(address), CancellationToken.None);

    private static async Task<bool> InDomainsAsync(string list, string domain)
    {
        var result = await MailList.Compile(ListKind.Domain, list).MatchAsync(Scope("192.0.2.1"), domain, CancellationToken.None);
        Assert.False(result.IsDeferred, result.Message);
        return result.IsMatch;
    }
}
