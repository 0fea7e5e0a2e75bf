using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Tests.Configuration;

public sealed class SmtpRateLimitTests
{
    [Theory]
    [InlineData("2,0.5s,1.05,4m", 2, 500, 1.05, 240)]
    [InlineData(" 2, 0.5s , 1.05, 4m ", 2, 500, 1.05, 240)]
    [InlineData("0,1m30s,2,1h", 0, 90_000, 2, 3600)]
    [InlineData("-1,1s,1,1s", -1, 1000, 1, 1)]
    public void Its_four_parts_are_read(string text, int threshold, int milliseconds, double factor, int most) => Assert.Equal(
        new SmtpRateLimit(threshold, TimeSpan.FromMilliseconds(milliseconds), factor, TimeSpan.FromSeconds(most)), SmtpRateLimit.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("2")]
    [InlineData("2,0.5s")]
    [InlineData("2,0.5s,1.05")]
    [InlineData("2,0.5,1.05,4m")]
    [InlineData("x,1s,1,1m")]
    [InlineData("2,0.5s,x,4m")]
    [InlineData("2,0.5s,1.05,4")]
    [InlineData("2,1.5m,1,4h")]
    [InlineData("2,-1s,1,4h")]
    [InlineData("2,1s,-1,4h")]
    [InlineData("2,1s,1e9,4h")]
    [InlineData("2,99999999999s,1,4h")]
    [InlineData("2,0.5s,1.05,4m,5")]
    public void What_is_none_is_none(string text) => Assert.Null(SmtpRateLimit.Parse(text));

    [Fact]
    public void Delays_grow_up_to_the_longest()
    {
        var limit = SmtpRateLimit.Parse("2,1s,2,3s")!;
        Assert.Equal([2, 3, 3], new[] { 1, 2, 3 }.Select(seconds => limit.After(TimeSpan.FromSeconds(seconds)).TotalSeconds));
    }
}
