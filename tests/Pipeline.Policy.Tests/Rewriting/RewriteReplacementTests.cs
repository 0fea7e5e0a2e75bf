using Pipeline.Mail.Addressing;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Rewriting;

namespace Pipeline.Policy.Tests.Rewriting;

/// <summary>What replacements may yield.</summary>
public sealed class RewriteReplacementTests
{
    [Theory]
    [InlineData("<$1@b.test>", "u@b.test")]
    [InlineData("\"Foo <$1@b.test> (c)\"", "u@b.test")]
    [InlineData("@x.test,@y.test:$1@b.test", "u@b.test")]
    [InlineData("<@x.test,@y.test:$1@b.test>", "u@b.test")]
    [InlineData(".$1.@b.test", ".u.@b.test")]
    [InlineData("$1@[192.0.2.1]", "u@[192.0.2.1]")]
    [InlineData("\"\\\"$1 x\\\"@b.test\"", "\"u x\"@b.test")]
    public async Task Replacement_is_a_mailbox(string replacement, string expected) =>
        Assert.Equal(expected, await new RewriteBench($"*@a.test  {replacement}").EnvelopeAsync("u@a.test"));

    [Theory]
    [InlineData("\"\"", "empty address")]
    [InlineData("\"not an addr\"", "blanks or special characters")]
    [InlineData("\"$1@b.test, x@c.test\"", "missing or malformed local part")]
    [InlineData("\"g: $1@b.test;\"", "missing or malformed local part")]
    [InlineData("<>", "missing or malformed local part")]
    [InlineData("$1@", "domain missing or malformed")]
    [InlineData("${length_3000:${sg{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}{a}{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}}}@b.test", "address too long")]
    [InlineData("\"\\\"a\\001b\\\"@b.test\"", "missing or malformed local part")]
    public async Task Result_that_is_no_address_ends_the_rewriting_and_is_told(string replacement, string reason)
    {
        var bench = new RewriteBench($"*@a.test  {replacement}\n*@a.test  never@z.test");
        Assert.Equal("u@a.test", await bench.EnvelopeAsync("u@a.test"));
        var complaint = Assert.Single(bench.Log);
        Assert.StartsWith("Rewrite of u@a.test yielded unparseable address: ", complaint, StringComparison.Ordinal);
        Assert.Contains(reason, complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expansion_that_fails_ends_the_rewriting_with_what_there_is()
    {
        var bench = new RewriteBench("*@a.test  $1@b.test\n*@b.test  ${bogus:x}\n*@b.test  never@z.test");
        Assert.Equal("u@b.test", await bench.EnvelopeAsync("u@a.test"));
        Assert.Equal(["Expansion of ${bogus:x} failed while rewriting: unknown expansion operator \"bogus\""], bench.Log);
    }

    [Fact]
    public async Task Sender_may_become_the_null_sender_and_nobody_else()
    {
        var bench = new RewriteBench("*@a.test  <>");
        Assert.True((await EnvelopeRewriting.RewriteAsync(bench.Scope, new EnvelopeAddress("u", "a.test"), RewritePlaces.EnvelopeFrom, CancellationToken.None)).Address.IsNull);
        Assert.Equal("u@a.test", await bench.EnvelopeAsync("u@a.test"));
    }

    [Fact]
    public async Task Null_sender_and_unqualified_addresses_are_never_rewritten()
    {
        var bench = new RewriteBench("\\N^\\N  x@y.test");
        foreach (var address in (EnvelopeAddress[])[EnvelopeAddress.Null, new("postmaster", "")])
        {
            Assert.Equal(address, (await EnvelopeRewriting.RewriteAsync(bench.Scope, address, RewritePlaces.EnvelopeFrom, CancellationToken.None)).Address);
        }
    }

    [Fact]
    public async Task Text_outside_ascii_is_seen_as_octets_and_comes_back_as_text()
    {
        var bench = new RewriteBench("*@a.test  ${length_2:$1}@b.test");
        var result = await EnvelopeRewriting.RewriteTextAsync(bench.Scope, new EnvelopeAddress("üx", "a.test"), RewritePlaces.EnvelopeTo, CancellationToken.None);
        Assert.Equal(new EnvelopeAddress("ü", "b.test"), result.Address);
    }

    [Fact]
    public async Task Scope_is_as_before_and_the_steps_name_their_rule()
    {
        var bench = new RewriteBench("*@a.test  $1@b.test\n*@b.test  $1@c.test");
        bench.Scope.Transient.Numeric = NumericValues.FromPeer("outer");
        var result = await EnvelopeRewriting.RewriteAsync(bench.Scope, new EnvelopeAddress("u", "a.test"), RewritePlaces.EnvelopeTo, CancellationToken.None);
        Assert.Null(bench.Scope.Address);
        Assert.Equal(["outer"], bench.Scope.Transient.Numeric.Parts);
        Assert.Equal(
            ["\"u@a.test\" from env-to rewritten as \"u@b.test\" by rule 1", "\"u@b.test\" from env-to rewritten as \"u@c.test\" by rule 2"],
            result.Steps.Select(step => step.ToString()));
        Assert.Equal([8, 9], result.Steps.Select(step => step.Rule.Location!.Line));
    }
}
