using System.Net;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Tests.Expansion;

namespace Pipeline.Policy.Tests.Lists;

public sealed class MailListTests
{
    private static readonly MailPolicy Policy = new()
    {
        NamedLists = new NamedListTable(
        [
            new NamedList(ListKind.Domain, "local", StringExpansion.Compile("@ : example.org : *.example.net")),
            new NamedList(ListKind.Domain, "not_local", StringExpansion.Compile("!+local")),
            new NamedList(ListKind.Domain, "loop", StringExpansion.Compile("+loop")),
            new NamedList(ListKind.Host, "relays", StringExpansion.Compile("<; 127.0.0.1 ; ::1 ; 10.0.0.0/8")),
            new NamedList(ListKind.Address, "bad", StringExpansion.Compile("spam@+local : *@evil.test")),
        ]),
    };

    private readonly ExpansionBench _bench = new(Policy);

    [Theory]
    [InlineData("example.org", "EXAMPLE.ORG", true)]
    [InlineData("example.org", "sub.example.org", false)]
    [InlineData("*example.org", "myexample.org", true)]
    [InlineData("*", "a", true)]
    [InlineData("^\\N^x\\d+\\.test$\\N", "x12.test", true)]
    [InlineData("+local", "mx.example.com", true)]
    [InlineData("+local", "a.example.net", true)]
    [InlineData("!+local", "mx.example.com", false)]
    [InlineData("!+local", "elsewhere.test", true)]
    [InlineData("! +local : *", "example.org", false)]
    [InlineData("! +local : *.test", "elsewhere.test", true)]
    [InlineData("+not_local", "elsewhere.test", true)]
    [InlineData("!a : b", "c", false)]
    [InlineData("b : !a", "c", true)]
    [InlineData("", "a", false)]
    public async Task Domain_list(string list, string subject, bool expected) => Assert.Equal(expected, await MatchAsync(ListKind.Domain, list, subject));

    [Theory]
    [InlineData("a@b.test", "A@B.TEST", true)]
    [InlineData("b.test", "any@b.test", true)]
    [InlineData("*@b.test", "any@b.test", true)]
    [InlineData("*", "any@b.test", true)]
    [InlineData("*", "", false)]
    [InlineData(":", "", true)]
    [InlineData(":", "a@b", false)]
    [InlineData("+bad", "spam@example.org", true)]
    [InlineData("+bad", "ham@example.org", false)]
    [InlineData("^\\Nspam\\d\\N", "SPAM1@x", true)]
    [InlineData("+caseful : spam@x", "SPAM@x", false)]
    [InlineData("*x@y", "boxx@y", true)]
    public async Task Address_list(string list, string subject, bool expected) => Assert.Equal(expected, await MatchAsync(ListKind.Address, list, subject));

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("10.0.0.0/8", "10.1.2.3", true)]
    [InlineData("10.1.2.3/8", "10.9.9.9", true)]
    [InlineData("10.0.0.0/8", "11.1.2.3", false)]
    [InlineData("<; ::1", "::1", true)]
    [InlineData("2001::db8::::/32", "2001:db8::7", true)]
    [InlineData("10.0.0.0/8", "::ffff:10.1.2.3", true)]
    [InlineData("+relays", "::1", true)]
    [InlineData(":", "", true)]
    [InlineData(":", "10.0.0.1", false)]
    [InlineData("*", "", true)]
    [InlineData("!+relays : *", "10.1.1.1", false)]
    public async Task Host_list(string list, string subject, bool expected) => Assert.Equal(expected, await MatchAsync(ListKind.Host, list, subject));

    [Theory]
    [InlineData("postmaster : abuse", "Postmaster", true)]
    [InlineData("*-request", "list-request", true)]
    [InlineData("a::b", "a:b", true)]
    [InlineData("^\\N^[.]\\N", ".x", true)]
    [InlineData("@", "mx.example.com", false)]
    public async Task Local_part_list(string list, string subject, bool expected) => Assert.Equal(expected, await MatchAsync(ListKind.LocalPart, list, subject));

    [Fact]
    public async Task Unknown_named_list_defers()
    {
        var result = await MailList.Compile(ListKind.Domain, "+nosuch").MatchAsync(_bench.Scope, "a", CancellationToken.None);
        Assert.Equal((ListMatchOutcome.Defer, "unknown named domain list \"+nosuch\""), (result.Outcome, result.Message));
    }

    [Fact]
    public async Task List_that_contains_itself_defers()
    {
        var result = await MailList.Compile(ListKind.Domain, "+loop").MatchAsync(_bench.Scope, "a", CancellationToken.None);
        Assert.True(result.IsDeferred);
    }

    [Fact]
    public async Task Forced_failure_of_the_expansion_means_not_in_the_list() =>
        Assert.False(await MatchAsync(ListKind.Domain, "${if eq{a}{b}{x}fail}", "x"));

    [Fact]
    public async Task Client_of_the_connection_is_matched_by_address()
    {
        var bench = new ExpansionBench(Policy);
        var scope = new EvaluationScope
        {
            Environment = bench.Scope.Environment,
            Connection = new ConnectionScope { ClientAddress = IPAddress.Parse("::ffff:10.0.0.9") },
            Message = new MessageScope(),
        };
        Assert.True((await MailList.Compile(ListKind.Host, "+relays").MatchClientAsync(scope, CancellationToken.None)).IsMatch);
    }

    private async Task<bool> MatchAsync(ListKind kind, string list, string subject)
    {
        var result = await MailList.Compile(kind, list).MatchAsync(_bench.Scope, subject, CancellationToken.None);
        Assert.False(result.IsDeferred, result.Message);
        return result.IsMatch;
    }
}
