namespace Pipeline.Policy.Tests.Expansion;

public sealed class ItemTests
{
    private readonly ExpansionBench _bench = new();

    [Theory]
    [InlineData("${if eq{a}{a}}", "true")]
    [InlineData("${if eq{a}{b}}", "")]
    [InlineData("${if eq{a}{a}{yes}{no}}", "yes")]
    [InlineData("${if eq {a} {b} {yes} {no} }", "no")]
    [InlineData("${if match{abc}{b(.)}{$1-$0}{no}}$1", "c-bc")]
    [InlineData("${if ! !eq{a}{a}{y}}", "y")]
    [InlineData("${if and{}}", "true")]
    [InlineData("${if or{}}", "")]
    [InlineData("${if and{{eq{a}{a}}{eq{b}{b}}}{y}{n}}", "y")]
    [InlineData("${if def:sender_helo_name{y}{n}}", "n")]
    [InlineData("${if def:h_subject: {y}{n}}", "n")]
    [InlineData("${if forall{}{eq{$item}{x}}{y}{n}}", "n")]
    [InlineData("${if forany{}{eq{$item}{x}}{y}{n}}", "n")]
    [InlineData("${if forany{a:x}{eq{$item}{x}}{y}{n}}", "y")]
    public async Task If_substitutes_the_string_its_condition_selects(string text, string expected) =>
        Assert.Equal(expected, await _bench.PrintAsync(text));

    [Theory]
    [InlineData("${if foo{a}{b}}", "Failed: unknown condition \"foo\"")]
    [InlineData("${if eq{a}}", "Failed: missing 2nd string in {} after \"eq\"")]
    [InlineData("${if eq}", "Failed: missing { after \"eq\"")]
    [InlineData("${if eq{a}{a}{y}{${nosuch}}}", "Failed: unknown variable in \"${nosuch}\"")]
    [InlineData("${if eq{a}{b}{y}fail}", "Failed: \"if\" failed and \"fail\" requested")]
    [InlineData("${if and{eq{a}{a}}{y}}", "Failed: each subcondition inside an \"and{...}\" condition must be in its own {}")]
    [InlineData("${if def:nosuch{y}}", "Failed: unknown variable \"nosuch\" after \"def:\"")]
    [InlineData("${if >{abc}{1}}", "Failed: integer expected but \"abc\" found")]
    [InlineData("${if >{1.5}{1}}", "Failed: invalid integer \"1.5\"")]
    [InlineData("${if bool{abc}}", "Failed: unrecognised boolean value \"abc\"")]
    [InlineData("${if match{a}{(}}", "Failed: regular expression error in \"(\": missing closing parenthesis at offset 1")]
    public async Task Mistakes_in_conditions_are_reported_in_Exims_words(string text, string expected) =>
        Assert.Equal(expected, await _bench.PrintAsync(text));

    [Theory]
    [InlineData("$nosuch", "Failed: unknown variable name \"nosuch\"")]
    [InlineData("${nosuch:a}", "Failed: unknown expansion operator \"nosuch\"")]
    [InlineData("${h_subject}", "Failed: unknown variable in \"${h_subject}\"")]
    [InlineData("${header_subject:}", "Failed: unknown expansion operator \"header_subject\"")]
    [InlineData("$acl_x", "Failed: unknown variable name \"acl_x\" (user-defined ACL variables must start acl_c or acl_m)")]
    [InlineData("$acl_mx", "Failed: unknown variable name \"acl_mx\" (6th character of a user-defined ACL variable must be a digit or underscore)")]
    [InlineData("a\\", "Failed: \\ at end of string")]
    [InlineData("${lc:abc", "Failed: missing } at end of string")]
    public async Task Mistakes_in_references_are_reported_in_Exims_words(string text, string expected) =>
        Assert.Equal(expected, await _bench.PrintAsync(text));

    [Theory]
    [InlineData("${extract{b}{a=1 b=\"2 3\" c=4}}", "2 3")]
    [InlineData("${extract{B}{a=1 b = 2}{<$value>}{no}}", "<2>")]
    [InlineData("${extract{z}{a=1}{y}{no}}", "no")]
    [InlineData("${extract{2}{:,}{a:b,c}}", "b")]
    [InlineData("${extract{-1}{:,}{a:b,c}}", "c")]
    [InlineData("${extract{0}{:}{a:b}}", "a:b")]
    [InlineData("${extract{4}{:}{a:b}{y}{n}}", "n")]
    [InlineData("${extract{ }{a=1}}", "Failed: first argument of \"extract\" must not be empty")]
    [InlineData("${listextract{2}{<, a, b, c}}", "b")]
    [InlineData("${listextract{-1}{a:b:c}}", "c")]
    [InlineData("${listextract{0}{a:b:c}{y}{n}}", "n")]
    [InlineData("${sg{abcabc}{b}{<\\$0>}}", "a<b>ca<b>c")]
    [InlineData("${map{<, a, b}{[$item]}}", "[a],[b]")]
    [InlineData("${filter{a:b:ab}{match{$item}{a}}}", "a:ab")]
    [InlineData("${reduce{1:2:3}{0}{${eval:$value+$item}}}", "6")]
    [InlineData("${tr{abcdef}{ac}{13}}", "1b3def")]
    [InlineData("${substr{-3}{2}{abcdef}}", "de")]
    [InlineData("${substr_-3:abcdef}", "abc")]
    [InlineData("${substr_2:abcdef}", "cdef")]
    [InlineData("${substr_-1_1:127.0.0.5}", "5")]
    [InlineData("${length_2:abcdef}", "ab")]
    [InlineData("${length{9}{abc}}", "abc")]
    [InlineData("${uc:aé}", "Aé")]
    [InlineData("\\N$x${\\N\\x41\\101\\n", "$x${AA\n")]
    public async Task Items_yield(string text, string expected) => Assert.Equal(expected, await _bench.PrintAsync(text));

    [Theory]
    [InlineData("1+2*3", "7")]
    [InlineData("(1+2)*3", "9")]
    [InlineData("7/2", "3")]
    [InlineData("-7/2", "-3")]
    [InlineData("1<<4|1", "17")]
    [InlineData("0x10+010", "24")]
    [InlineData("2K", "2048")]
    [InlineData("~1", "-2")]
    [InlineData("1+", "Failed: error in expression evaluation: expecting number or opening parenthesis (after processing \"1+\")")]
    [InlineData("1/0", "Failed: error in expression evaluation: divide by zero (after processing \"1/0\")")]
    [InlineData("1 2", "Failed: error in expression evaluation: expecting operator (after processing \"1 \")")]
    public async Task Eval_computes(string expression, string expected) => Assert.Equal(expected, await _bench.PrintAsync($"${{eval:{expression}}}"));
}
