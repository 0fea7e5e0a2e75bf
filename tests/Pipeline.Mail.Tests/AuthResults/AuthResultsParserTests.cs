using System.Text;
using Pipeline.Mail.AuthResults;

namespace Pipeline.Mail.Tests.AuthResults;

public sealed class AuthResultsParserTests
{
    [Theory]
    [InlineData("example.com; none")]
    [InlineData("example.com 1; none")]
    [InlineData("\"ex ample\" (c (nested \\) ) ) 1 (x); spf=pass")]
    [InlineData(" \r\n\texample.com ; (a) spf (b) / (c) 1 (d) = (e) pass (f) reason (g) = (h) \"x\" (i) smtp (j) . (k) mailfrom (l) = (m) y (n)")]
    [InlineData("e; dkim=pass header.d=a header.i=@a.b; dkim=fail header.d=\"b;c\"")]
    public void Fields_of_the_grammar_are_read_both_ways(string field)
    {
        Assert.True(Parse(field, AuthResultsReading.Strict, out var strict));
        Assert.True(Parse(field, AuthResultsReading.Tolerant, out var tolerant));
        Assert.Equal(Show(strict), Show(tolerant));
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.com")]
    [InlineData("example.com;")]
    [InlineData("example.com; spf=pass;")]
    [InlineData("; spf=pass")]
    [InlineData("spf=pass")]
    [InlineData("e; spf=pass smtp.mailfrom=a:b")]
    [InlineData("e; spf=pass action=none")]
    [InlineData("e; spf=pass smtp.mailfrom=")]
    [InlineData("e; gateway.spf=pass")]
    [InlineData("i=1; e; spf=pass")]
    [InlineData("e; spf=pass smtp.mailfrom=x reason=late")]
    [InlineData("e; spf=pass\u0001")]
    [InlineData("e; spf=pass (unclosed")]
    [InlineData("e; spf=pass (closed by an escape \\)")]
    [InlineData("e; none; spf=pass")]
    [InlineData("e; spf=pass; none")]
    public void Everything_else_is_refused_by_the_strict_reader(string field) => Assert.False(Parse(field, AuthResultsReading.Strict, out _));

    [Fact]
    public void Words_are_lower_case_and_values_as_written()
    {
        Assert.True(Parse("E.com; DKIM=Pass Header.D=Example.COM", AuthResultsReading.Strict, out var field));
        Assert.Equal(("E.com", "dkim", "pass"), (field.AuthServId, field.Results[0].Method, field.Results[0].Result));
        Assert.Equal("Example.COM", field.Results[0].Find("header", "d"));
        Assert.Null(field.Results[0].Find("header", "i"));
    }

    [Fact]
    public void The_instance_of_an_ARC_field_is_read()
    {
        Assert.True(Parse("i=12; e.example; spf=pass", AuthResultsReading.Tolerant, out var field));
        Assert.Equal((12, "e.example"), (field.Instance, field.AuthServId));
        Assert.False(Parse("i=4294967297; e.example; spf=pass", AuthResultsReading.Tolerant, out _));
    }

    [Fact]
    public void Results_and_octets_beyond_the_limits_are_left_out_or_refused()
    {
        Assert.True(Parse("e" + string.Concat(Enumerable.Repeat("; spf=pass", 500)), AuthResultsReading.Strict, out var field));
        Assert.Equal(100, field.Results.Length);
        Assert.False(Parse("e; spf=pass" + new string(' ', 64 * 1024), AuthResultsReading.Tolerant, out _));
        Assert.False(Parse("e; spf=pass " + new string('(', 60_000), AuthResultsReading.Tolerant, out _));
    }

    [Fact]
    public void Random_fields_end_with_a_result_and_what_is_strictly_right_is_tolerably_right()
    {
        var random = new Random(8601);
        string[] parts = ["e", ".com", ";", "=", "spf", "pass", " ", "(", ")", "\\", "\"", "smtp", ".", "/", "1", "@", "none", "reason", "i", "\0", "\r\n ", "\u00fc", "<>"];
        for (var round = 0; round < 100_000; round++)
        {
            var text = "e.com; " + string.Concat(Enumerable.Range(0, random.Next(0, 12)).Select(_ => parts[random.Next(parts.Length)]));
            var isStrict = Parse(text, AuthResultsReading.Strict, out var strict);
            var isTolerant = Parse(text, AuthResultsReading.Tolerant, out var tolerant);
            Assert.True(!isStrict || (isTolerant && Show(strict) == Show(tolerant)), text);
        }
    }

    internal static string Show(AuthResultsField field) =>
        $"{field.AuthServId} {field.Version} " + string.Join(';', field.Results.Select(r =>
            $"{r.Method}/{r.Version}={r.Result} {r.Reason} " + string.Join(' ', r.Properties.Select(p => $"{p.Type}.{p.Name}={p.Value}"))));

    private static bool Parse(string field, AuthResultsReading reading, out AuthResultsField parsed) =>
        AuthResultsParser.TryParse(Encoding.UTF8.GetBytes(field), reading, out parsed, out _);
}
