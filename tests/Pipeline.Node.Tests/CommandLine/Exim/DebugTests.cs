using Pipeline.Node.CommandLine.Exim;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.Tests.CommandLine.Exim;

/// <summary><c>-d</c>: what is told on the error output, and of what.</summary>
public sealed class DebugTests : IDisposable
{
    private const PolicyTopics Default = PolicyTopics.Acl | PolicyTopics.Lists | PolicyTopics.Route | PolicyTopics.Preconditions | PolicyTopics.Verify | PolicyTopics.Lookup | PolicyTopics.Dns;
    private readonly EximFixture _exim = new();

    public void Dispose() => _exim.Dispose();

    [Theory]
    [InlineData("", Default, true, false)]
    [InlineData("+all", Default | PolicyTopics.Expand, true, true)]
    [InlineData("-all", PolicyTopics.None, false, false)]
    [InlineData("-all+acl", PolicyTopics.Acl, false, false)]
    [InlineData("+expand-dns", (Default | PolicyTopics.Expand) & ~PolicyTopics.Dns, true, false)]
    [InlineData("-all+route+tls-route+deliver+timestamp", PolicyTopics.None, true, true)]
    public void Selectors_choose_from_left_to_right(string selectors, PolicyTopics topics, bool deliveries, bool timestamps) =>
        Assert.Equal((new DebugSelection(topics, deliveries, timestamps), null), DebugSelection.Read(selectors));

    [Theory]
    [InlineData("-d+foo", "exim: unknown debug_selector setting: +foo")]
    [InlineData("-d-all+acl+route-bar", "exim: unknown debug_selector setting: -bar")]
    [InlineData("-d+", "exim: unknown debug_selector setting: +")]
    [InlineData("-d+ACL", "exim: unknown debug_selector setting: +ACL")]
    [InlineData("-dfoo", "exim: malformed debug_selector setting: + or - expected but found \"foo\"")]
    public async Task Selector_that_is_not_known_is_Exims_error(string option, string error) =>
        Assert.Equal(new EximRun(1, "", error + "\n"), await _exim.RunAsync(option, "-be", "x"));

    [Fact]
    public async Task Expansions_and_lookups_are_told()
    {
        await File.WriteAllTextAsync(_exim.Path("table"), "root: found\n");
        var text = $"${{uc:$primary_hostname}} ${{lookup{{root}}lsearch{{{_exim.Path("table")}}}}}";
        var run = await _exim.RunAsync("-d-all+expand+lookup", "-be", text, "${nosuch:x}");
        Assert.Equal("GW.EXAMPLE.COM found", run.Output.Split('\n')[0]);
        Assert.Contains($"expanding: {text}\n   result: GW.EXAMPLE.COM found\n", run.Errors, StringComparison.Ordinal);
        Assert.Contains($"lsearch lookup of \"root\" in {_exim.Path("table")} yielded: found\n", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("expanding", (await _exim.RunAsync("-d-all+lookup", "-be", text)).Errors, StringComparison.Ordinal);
        Assert.Equal("", (await _exim.RunAsync("-d-all", "-be", text)).Errors);
    }

    [Fact]
    public async Task Routers_their_preconditions_and_questions_to_the_DNS_are_told()
    {
        var run = await _exim.RunAsync("-d-all+route+dns", "-bt", "x@example.net");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("--------> later router <--------\nlater router skipped: ", run.Errors, StringComparison.Ordinal);
        Assert.Contains("calling dns router\n", run.Errors, StringComparison.Ordinal);
        Assert.Contains("DNS lookup of example.net (MX) succeeded: 5 mx.example.net\n", run.Errors, StringComparison.Ordinal);
        Assert.Contains("routed by dns router\n", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(" in \"", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_that_is_tried_tells_more()
    {
        const string Session = "EHLO me\nMAIL FROM:<a@b.example>\nRCPT TO:<user@example.com>\nQUIT\n";
        Assert.DoesNotContain(">>> expanding: ", (await _exim.RunWithInputAsync(Session, "-bh", "192.0.2.1")).Errors, StringComparison.Ordinal);
        var run = await _exim.RunWithInputAsync(Session, "-d-all+expand", "-bh", "192.0.2.1");
        Assert.Contains(">>> expanding: ", run.Errors, StringComparison.Ordinal);
        Assert.Contains(">>> using ACL \"rcpt\"", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delivery_that_is_ordered_is_told_by_its_journal()
    {
        await _exim.RunWithInputAsync("EHLO me\nMAIL FROM:<a@b.example>\nRCPT TO:<later-x@example.com>\nDATA\nSubject: x\n\nbody\n.\nQUIT\n", "-bs");
        var id = (await _exim.RunAsync("-bpi")).Output.Trim();
        var run = await _exim.RunAsync("-d-all+deliver", "-M", id);
        Assert.Equal((0, ""), (run.ExitCode, run.Output));
        Assert.Contains($"{id} deferred: not yet", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(" accepted: ", run.Errors, StringComparison.Ordinal);
        Assert.Equal("", (await _exim.RunAsync("-d-deliver", "-M", id)).Errors);
    }
}
