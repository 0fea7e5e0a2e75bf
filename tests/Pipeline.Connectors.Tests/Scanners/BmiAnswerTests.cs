using System.Text;
using Pipeline.Connectors.Scanners;

namespace Pipeline.Connectors.Tests.Scanners;

public sealed class BmiAnswerTests
{
    private static readonly HashSet<string> Asked = new(["b@local.test", "c@local.test", "\u00C3\u00A9@local.test"], StringComparer.OrdinalIgnoreCase);

    [Fact]
    public void Verdicts_are_read_in_their_order()
    {
        var verdicts = BmiAnswer.Parse(
            """
            {"verdicts":[
              {"recipients":["B@local.test"],"deliver":false,"rules":[5,8]},
              {"recipients":["é@local.test","stranger@local.test"],"location":"X-Spam: é","later":{"member":1}},
              {"recipients":["c@local.test"],"problem":"no rules yet"},
              {"recipients":["stranger@local.test"],"deliver":false}],
             "server":"x"}
            """u8,
            Asked,
            out var problem);
        Assert.Equal("", problem);
        Assert.Equal(
            ["B@local.test False  5,8 ", "\u00C3\u00A9@local.test True X-Spam: \u00C3\u00A9  ", "c@local.test True   no rules yet"],
            verdicts.Select(verdict => $"{string.Join(' ', verdict.Recipients)} {verdict.Deliver} {verdict.Location} {string.Join(',', verdict.Rules)} {verdict.Problem}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"verdicts":{}}""")]
    [InlineData("""{"verdicts":[null]}""")]
    [InlineData("""{"verdicts":[{}]}""")]
    [InlineData("""{"verdicts":[{"recipients":[]}]}""")]
    [InlineData("""{"verdicts":[{"recipients":[null]}]}""")]
    [InlineData("""{"verdicts":[{"recipients":["b@local.test"],"rules":[0]}]}""")]
    [InlineData("""{"verdicts":[{"recipients":["b@local.test"],"rules":["5"]}]}""")]
    [InlineData("""{"verdicts":[{"recipients":["b@local.test"],"location":"a\r\nb"}]}""")]
    [InlineData("""{"verdicts":[{"recipients":["b@local.test"],"deliver":"no"}]}""")]
    [InlineData("""{"verdicts":[{"recipients":["b@local.test"],"x":[[[[[[[[1]]]]]]]]}]}""")]
    public void Answer_that_is_none_has_a_problem(string json)
    {
        Assert.True(BmiAnswer.Parse(Encoding.UTF8.GetBytes(json), Asked, out var problem).IsDefault);
        Assert.NotEqual("", problem);
    }

    [Fact]
    public void Answers_are_bounded()
    {
        Assert.Equal("a location has 4096 characters at most", ProblemOf($$"""{"recipients":["b@local.test"],"location":"{{new string('x', 4097)}}"}"""));
        Assert.Equal("a problem has 500 characters at most", ProblemOf($$"""{"recipients":["b@local.test"],"problem":"{{new string('x', 501)}}"}"""));
        Assert.Equal("rules are numbers greater than zero, 1000 at most", ProblemOf($$"""{"recipients":["b@local.test"],"rules":[{{string.Join(',', Enumerable.Repeat(1, 1001))}}]}"""));
        Assert.Equal(
            "an answer has the member \"verdicts\", a list of 10000 at most", ProblemOf(string.Join(',', Enumerable.Repeat("""{"recipients":["b@local.test"]}""", 10_001))));

        static string ProblemOf(string verdicts)
        {
            BmiAnswer.Parse(Encoding.UTF8.GetBytes($$"""{"verdicts":[{{verdicts}}]}"""), Asked, out var problem);
            return problem;
        }
    }
}
