using System.Text;
using Pipeline.Mail.Scanning;

namespace Pipeline.Mail.Tests.Scanning;

public sealed class BmiVerdictsTests
{
    private static readonly BmiVerdict Refused = new(["b@local.test", "c@local.test"], Deliver: false, null, [5, 8]);
    private static readonly BmiVerdict Elsewhere = new(["d@local.test", "\u00C3\u00A9@local.test"], Deliver: true, "X-Spam: yes\n\u00E9", []);
    private static readonly BmiVerdict Unjudged = new(["e@local.test"], Deliver: false, "folder", [7], "no rules yet");

    [Fact]
    public void Token_has_this_form()
    {
        Assert.Equal("""{"form":1,"verdict":{"recipients":["b@local.test","c@local.test"],"deliver":false,"rules":[5,8]}}""", Decoded(BmiToken.Write(Refused)));
        Assert.Equal("""{"form":1,"rules":[5,8]}""", Decoded(BmiToken.WriteTracker(Refused)));
        Assert.DoesNotContain(':', BmiToken.Write(Elsewhere));
    }

    [Fact]
    public void Verdicts_are_found_by_recipient_in_any_letter_case()
    {
        var verdicts = BmiVerdicts.Read(BmiVerdicts.Write([Refused, Elsewhere, Unjudged]));
        Assert.Equal(BmiToken.Write(Refused), verdicts.Of("C@Local.test")!.Token);
        AssertSame(Refused, verdicts.Of("b@local.test")!.Verdict);
        AssertSame(Elsewhere, verdicts.Of("\u00C3\u00A9@local.test")!.Verdict);
        AssertSame(Unjudged, verdicts.Of("e@local.test")!.Verdict);
        Assert.Null(verdicts.Of("f@local.test"));
    }

    [Theory]
    [InlineData(true, null, null, true, null, true)]
    [InlineData(true, "folder", null, true, "folder", true)]
    [InlineData(false, "folder", null, false, null, true)]
    [InlineData(false, "folder", "broken", true, null, false)]
    public void Verdict_that_is_none_leaves_the_message_to_be_delivered_as_usual(bool deliver, string? location, string? problem, bool delivered, string? alternate, bool fired)
    {
        var verdict = new BmiVerdict(["a@b.test"], deliver, location, [5], problem);
        Assert.Equal((delivered, alternate, fired, false), (verdict.IsDelivered, verdict.Alternate, verdict.HasFired(5), verdict.HasFired(6)));
    }

    [Fact]
    public void First_verdict_about_a_recipient_counts_and_what_is_no_token_is_passed_over()
    {
        var again = new BmiVerdict(["b@local.test"], Deliver: true, null, []);
        var verdicts = BmiVerdicts.Read($"?:{BmiVerdicts.Write([Refused, again])}:bm8=:{Encoded("null")}:{Encoded("{}")}:{Encoded("""{"form":2,"verdict":{"recipients":["x@y.test"],"rules":[]}}""")}");
        Assert.False(verdicts.Of("b@local.test")!.Verdict.IsDelivered);
        Assert.Null(verdicts.Of("x@y.test"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void Message_without_verdicts_has_none(string? tokens) => Assert.Same(BmiVerdicts.None, BmiVerdicts.Read(tokens));

    [Theory]
    [InlineData("aa:bb:cc", 8, "aa:bb:cc")]
    [InlineData("aa:bb:cc", 7, "aa:bb")]
    [InlineData("aa:bb:cc", 5, "aa:bb")]
    [InlineData("aa:bb:cc", 4, "aa")]
    [InlineData("aa:bb:cc", 1, "")]
    public void Whole_tokens_are_kept_where_room_is_short(string tokens, int room, string kept) => Assert.Equal(kept, BmiVerdicts.Fit(tokens, room));

    [Fact]
    public void Any_verdict_is_read_as_it_was_written()
    {
        var random = new Random(5);
        for (var i = 0; i < 2000; i++)
        {
            var verdict = new BmiVerdict(
                [.. Enumerable.Range(0, random.Next(5)).Select(_ => Text())], random.Next(2) == 0, random.Next(2) == 0 ? null : Text(),
                [.. Enumerable.Range(0, random.Next(5)).Select(_ => random.Next(1, int.MaxValue))], random.Next(3) == 0 ? Text() : null);
            AssertSame(verdict, BmiToken.Read(BmiToken.Write(verdict))!);
        }

        string Text() => new([.. Enumerable.Range(0, random.Next(40)).Select(_ => (char)random.Next(256))]);
    }

    private static void AssertSame(BmiVerdict expected, BmiVerdict read)
    {
        Assert.Equal(expected.Recipients.ToArray(), read.Recipients.ToArray());
        Assert.Equal(expected.Rules.ToArray(), read.Rules.ToArray());
        Assert.Equal((expected.Deliver, expected.Location, expected.Problem), (read.Deliver, read.Location, read.Problem));
    }

    private static string Encoded(string json) => Convert.ToBase64String(Encoding.UTF8.GetBytes(json));

    private static string Decoded(string token) => Encoding.UTF8.GetString(Convert.FromBase64String(token));
}
