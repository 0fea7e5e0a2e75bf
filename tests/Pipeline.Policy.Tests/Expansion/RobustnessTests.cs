using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Tests.Expansion;

public sealed class RobustnessTests
{
    private readonly ExpansionBench _bench = new();

    [Theory]
    [InlineData("${if def:sender_helo_name {${lookup dnsdb{>! ptr=$sender_host_address} {${sg{$value} {^([^!]*).*\\$} {\\$1}}} fail}} {$primary_hostname}}", "mx.example.com")]
    [InlineData(
        "oldest-p-ams: <${reduce {$lh_ARC-Authentication-Results:} {} {${if = {$arc_oldest_pass} {${extract {i}{${extract {1}{;}{$item}}}}} {$item} {$value}}} }>",
        "oldest-p-ams: <>")]
    [InlineData("${if match_domain{a.test}{*.test : $x}{y}{n}}", "y")]
    [InlineData("${if match_address{a@b.test}{*@b.test}{y}{n}}", "y")]
    [InlineData("${if match_local_part{Joe}{joe}{y}{n}}", "y")]
    [InlineData("${if match_ip{10.1.1.1}{10.0.0.0/8}{y}{n}}", "y")]
    [InlineData("${if match_ip{x}{10.0.0.0/8}{y}{n}}", "Failed: \"x\" is not an IP address")]
    [InlineData("${if inlist{b}{a:b}{y $value}{n}}", "y b")]
    [InlineData("${if bool{00}{y}{n}}${if bool_lax{00}{y}{n}}", "ny")]
    [InlineData("${if eq{a}{b}{${readfile{/nosuch}}}{${if eq{a}{a}{x}}}}", "x")]
    [InlineData("${extract json{b}{{\"a\":1,\"b\":\"x\"\\}}}", "\"x\"")]
    [InlineData("${extract jsons{b}{{\"a\":1,\"b\":\"x\"\\}}}", "x")]
    [InlineData("${sort{3:2:1:4}{<}{$item}}", "1:2:3:4")]
    [InlineData("${sort{a:C:b}{gti}{$item}}", "C:b:a")]
    public async Task Text_of_real_configurations_is_expanded(string text, string expected) => Assert.Equal(expected, await _bench.PrintAsync(text));

    [Fact]
    public async Task Deep_nesting_is_refused_or_expanded_but_never_crashes()
    {
        foreach (var depth in new[] { 50, 100, 1000, 100_000 })
        {
            var text = string.Concat(Enumerable.Repeat("${lc:", depth)) + "X" + new string('}', depth);
            var result = await _bench.ExpandAsync(text);
            Assert.True(depth > 100 ? !result.IsSuccess : result.Value == "x", result.Message);
        }
    }

    [Fact]
    public async Task String_that_expands_itself_for_ever_is_stopped()
    {
        _bench.Scope.Message.AclVariables["_loop"] = "${expand:$acl_m_loop}";
        Assert.Contains("nested more than", (await _bench.ExpandAsync("${expand:$acl_m_loop}")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Result_that_grows_too_long_is_refused()
    {
        var doubling = "x";
        for (var i = 0; i < 30; i++)
        {
            doubling = $"${{reduce{{1:2}}{{}}{{$value{doubling}}}}}";
        }

        Assert.False((await _bench.ExpandAsync(doubling)).IsSuccess);
    }

    [Fact]
    public async Task Any_text_is_expanded_or_refused_without_an_exception()
    {
        var random = new Random(20260101);
        string[] parts =
        [
            "${", "}", "{", "$", "\\", "\\N", "if ", "eq", "and", "or", "!", "def:", "h_x:", "lookup", "lsearch", "dnsdb", "extract", "sg", "map", "filter",
            "reduce", "substr", "length_2:", "eval:", "1+", "(", ")", "a", ":", "fail", " ", "tr", "hash_3:", "nhash_0:", "value", "item", "acl_m0", "local_part",
            "match", "forany", "listextract", "sort", "${lc:", "<", "=", "{1}", "{a}{b}", "mask:", "time_interval:", "\0", "é", "rfc2047d:", "=?utf-8?q?", "?=",
        ];
        for (var turn = 0; turn < 20_000; turn++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 16)).Select(_ => parts[random.Next(parts.Length)]));
            var result = await _bench.ExpandAsync(text);
            Assert.True(result.IsSuccess || result.Message.Length > 0 || result.Outcome == ExpansionOutcome.ForcedFailure, text);
        }
    }
}
