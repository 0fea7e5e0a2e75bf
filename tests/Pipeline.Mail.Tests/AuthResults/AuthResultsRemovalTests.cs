using System.Text;
using Pipeline.Mail.AuthResults;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Tests.AuthResults;

public sealed class AuthResultsRemovalTests
{
    [Theory]
    [InlineData("mx.example; spf=pass", true)]
    [InlineData("MX.EXAMPLE 1; none", true)]
    [InlineData("(comment) \"mx.example\" (other); spf=pass", true)]
    [InlineData("b\u00fccher.example; spf=pass", true)]
    [InlineData("xn--bcher-kva.example; spf=pass", true)]
    [InlineData("spf=pass smtp.mailfrom=x; mx.example; dkim=pass", true)]
    [InlineData("mx.example (unclosed; spf=pass", true)]
    [InlineData("mx.example.evil; spf=pass", false)]
    [InlineData("evil.mx.example; spf=pass", false)]
    [InlineData("other.example (mx.example); spf=pass", false)]
    [InlineData("other.example (unclosed", false)]
    public void A_field_is_found_by_the_name_it_claims(string value, bool isFound)
    {
        var header = Parse($"Authentication-Results: {value}\r\n");
        Assert.Equal(isFound, AuthResultsRemoval.Find(header, "mx.example", "b\u00fccher.example").Length == 1);
    }

    [Fact]
    public void Several_fields_are_removed_at_once_and_no_other()
    {
        var header = Parse(
            "Authentication-Results: mx.example; spf=pass\r\nFrom: a\r\nauthentication-results: other.example; spf=pass\r\n"
            + "AUTHENTICATION-RESULTS : mx.example; dkim=pass\r\nARC-Authentication-Results: i=1; mx.example; none\r\n");
        var rest = header.Without(AuthResultsRemoval.Find(header, "mx.example").AsSpan());
        Assert.Equal(
            "From: a\r\nauthentication-results: other.example; spf=pass\r\nARC-Authentication-Results: i=1; mx.example; none\r\n",
            Encoding.UTF8.GetString(rest.Bytes.Span));
    }

    private static HeaderBlock Parse(string text)
    {
        HeaderBlock.Parse(Encoding.UTF8.GetBytes(text + "\r\n"), HeaderLimits.Default, out var header, out _, out _);
        return header;
    }
}
