using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Tests.Expansion;

public sealed class PatternTests
{
    [Theory]
    [InlineData("a++b", "aaab", "aaab")]
    [InlineData("a++ab", "aaab", null)]
    [InlineData("(ab)*+c", "ababc", "ababc|ab")]
    [InlineData("[a-c]{2}+d", "xabd", "abd")]
    [InlineData("[[:alpha:]]+[[:digit:]]", "..ab1", "ab1")]
    [InlineData("[[:]", "a:", ":")]
    [InlineData("[^[:]", "[:a", "a")]
    [InlineData("[[:x]+", "ax:[b", "x:[")]
    [InlineData("[^[:space:]]+", " ab ", "ab")]
    [InlineData("[]a]+", "]a", "]a")]
    [InlineData("[a[]+", "a[", "a[")]
    [InlineData("\\d+", "\u00b2" + "12", "12")]
    [InlineData("\\w+", "é_a1", "_a1")]
    [InlineData("\\Qa.b\\E+", "xa.bb", "a.bb")]
    [InlineData("\\x{41}\\x4\\x42", "A\u0004B", "A\u0004B")]
    [InlineData("(?P<x>a)(b)(?P=x)", "aba", "aba|a|b")]
    [InlineData("(?<x>a)(b)\\k{x}\\g{-1}", "abab", "abab|a|b")]
    [InlineData("(a)|b", "b", "b|")]
    [InlineData("(?i)ABC$", "xabc\n", "abc")]
    [InlineData("a\\Rb", "a\r\nb", "a\r\nb")]
    [InlineData("a{,2}", "a{,2}", "a{,2}")]
    [InlineData("x{2", "x{2", "x{2")]
    [InlineData("(?<=a)b(?!c)", "abd", "b")]
    public void Pattern_means_what_it_means_in_Perl(string pattern, string subject, string? expected)
    {
        Assert.True(PatternCache.TryGet(pattern, caseless: false, out var compiled, out var error), error);
        Assert.True(compiled.TryMatch(subject, out var match, out error), error);
        Assert.Equal(expected, match is null ? null : string.Join('|', match));
    }

    [Theory]
    [InlineData("(", "regular expression error in \"(\": missing closing parenthesis at offset 1")]
    [InlineData("[a", "regular expression error in \"[a\": missing terminating ] for character class at offset 2")]
    [InlineData("*a", "regular expression error in \"*a\": quantifier does not follow a repeatable item at offset 0")]
    public void Pattern_that_is_none_is_refused(string pattern, string expected)
    {
        Assert.False(PatternCache.TryGet(pattern, caseless: false, out _, out var error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void Match_that_takes_too_long_is_given_up_with_a_reason()
    {
        Assert.True(PatternCache.TryGet("^(a+)+$", caseless: false, out var pattern, out _));
        Assert.False(pattern.TryMatch(new string('a', 40) + "b", out _, out var error));
        Assert.Equal("regular expression \"^(a+)+$\" took too long", error);
    }

    [Fact]
    public void Any_text_compiles_or_is_refused_without_an_exception()
    {
        var random = new Random(99);
        const string Alphabet = "ab()[]{}*+?\\|^$.-:<>=!'PQEdwxgk1,#";
        for (var turn = 0; turn < 5000; turn++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            if (!PatternCache.TryGet(text, caseless: false, out _, out var error))
            {
                Assert.StartsWith("regular expression error in", error, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Pattern_has_a_longest()
    {
        Assert.Equal("y", await new ExpansionBench().PrintAsync($"${{if match{{a}}{{{new string('a', 8000)}|a}}{{y}}}}"));
        Assert.Contains("regular expression is too large", await new ExpansionBench().PrintAsync($"${{if match{{a}}{{{new string('a', 20000)}|a}}{{y}}}}"), StringComparison.Ordinal);
    }
}
