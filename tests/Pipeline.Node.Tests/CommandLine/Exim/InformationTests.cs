namespace Pipeline.Node.Tests.CommandLine.Exim;

/// <summary><c>-bI:</c>, <c>-bi</c>, and the authenticated sender of <c>-be</c>.</summary>
public sealed class InformationTests : IDisposable
{
    private readonly EximFixture _exim = new();

    public void Dispose() => _exim.Dispose();

    [Fact]
    public async Task Known_topics_are_printed_and_others_get_the_help()
    {
        var help = await _exim.RunAsync("-bI:help");
        Assert.StartsWith("The -bI: flag takes a string", help.Output, StringComparison.Ordinal);
        Assert.Equal(new EximRun(0, "", help.Output), await _exim.RunAsync("-bI:nosuch"));
        Assert.StartsWith("af11\naf12\n", (await _exim.RunAsync("-bI:dscp")).Output, StringComparison.Ordinal);
        Assert.Equal(new EximRun(0, "", ""), await _exim.RunAsync("-bI:sieve"));
    }

    [Fact]
    public async Task There_is_no_alias_file_to_build() => Assert.Equal(new EximRun(0, "", ""), await _exim.RunAsync("-bi"));

    [Fact]
    public async Task Authenticated_sender_of_a_test_is_given() =>
        Assert.Equal("a@b.example\n", (await _exim.RunAsync("-oMas", "<a@b.example>", "-be", "$authenticated_sender")).Output);
}
