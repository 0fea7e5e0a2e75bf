using System.Net;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Smtp;
using Pipeline.Mail.Dns;

namespace Pipeline.Connectors.Tests.Smtp;

public sealed class HostAddressResolverTests
{
    private static readonly DnsAnswer Four = DnsAnswer.Of(new AddressRecord(IPAddress.Parse("192.0.2.1")), new AddressRecord(IPAddress.Parse("192.0.2.1")));
    private static readonly DnsAnswer Six = DnsAnswer.Of(new AddressRecord(IPAddress.Parse("2001:db8::1")));
    private static readonly DnsAnswer Unanswered = DnsAnswer.TemporaryFailure("SERVFAIL");

    [Fact]
    public async Task Resolve_has_both_families_once_each() =>
        Assert.Equal(["2001:db8::1", "192.0.2.1"], await AddressesAsync(Four, Six, useIPv6: true));

    [Fact]
    public async Task Resolve_without_ipv6_does_not_ask_for_it() => Assert.Equal(["192.0.2.1"], await AddressesAsync(Four, Six, useIPv6: false));

    [Fact]
    public async Task Resolve_one_family_is_enough_when_the_other_is_unanswered() =>
        Assert.Equal(["192.0.2.1"], await AddressesAsync(Four, Unanswered, useIPv6: true));

    [Fact]
    public async Task Resolve_nothing_is_permanent_only_if_dns_says_so()
    {
        Assert.Equal(FailureClass.Lookup, (await ResolveAsync(DnsAnswer.NoData, Unanswered)).Failure!.Class);
        Assert.Equal(FailureClass.Lookup, (await ResolveAsync(Unanswered, DnsAnswer.NoData)).Failure!.Class);
        var failure = (await ResolveAsync(DnsAnswer.NonExistentDomain, DnsAnswer.NonExistentDomain)).Failure!;
        Assert.Equal((FailureClass.Permanent, "no IP address found for host h.example"), (failure.Class, failure.Reason));
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("[192.0.2.7]", "192.0.2.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("[2001:db8::7]", "2001:db8::7")]
    public async Task Resolve_address_is_taken_as_it_is(string name, string expected)
    {
        var resolution = await new HostAddressResolver(new Answers(Unanswered, Unanswered), useIPv6: true).ResolveAsync(name, 24, 10, CancellationToken.None);

        Assert.Equal([expected], resolution.Host!.Addresses.Select(a => a.ToString()));
        Assert.Equal((24, 10), (resolution.Host.Port, resolution.Host.MxPreference));
    }

    [Fact]
    public async Task Resolve_number_is_a_name_and_no_address() =>
        Assert.Equal(2, (await new HostAddressResolver(new Answers(Four, Six), useIPv6: true).ResolveAsync("10.1", 25, null, CancellationToken.None)).Host!.Addresses.Length);

    private static async Task<string[]> AddressesAsync(DnsAnswer four, DnsAnswer six, bool useIPv6) =>
        [.. (await ResolveAsync(four, six, useIPv6)).Host!.Addresses.Select(a => a.ToString())];

    private static async Task<HostResolution> ResolveAsync(DnsAnswer four, DnsAnswer six, bool useIPv6 = true) =>
        await new HostAddressResolver(new Answers(four, six), useIPv6).ResolveAsync("h.example", 25, null, CancellationToken.None);

    private sealed class Answers(DnsAnswer four, DnsAnswer six) : IDnsResolver
    {
        public ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellationToken) =>
            new(type == DnsRecordType.A ? four : six);
    }
}
