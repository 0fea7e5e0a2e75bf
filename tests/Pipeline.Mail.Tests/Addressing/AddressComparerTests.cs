using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Tests.Addressing;

public sealed class AddressComparerTests
{
    [Theory]
    [InlineData("user", "example.com", "user", "EXAMPLE.COM", true)]
    [InlineData("user", "example.com", "User", "example.com", false)]
    [InlineData("\"user\"", "example.com", "user", "example.com", true)]
    [InlineData("\"a\\b\"", "example.com", "ab", "example.com", true)]
    [InlineData("user", "bücher.example", "user", "xn--bcher-kva.example", true)]
    [InlineData("user", "", "user", "", true)]
    [InlineData("user", "", "user", "example.com", false)]
    [InlineData("", "", "\"\"", "", true)]
    public void Equality_ignores_the_case_of_domains_only(string local1, string domain1, string local2, string domain2, bool expected)
    {
        var left = new EnvelopeAddress(local1, domain1);
        var right = new EnvelopeAddress(local2, domain2);

        Assert.Equal(expected, AddressComparer.Instance.Equals(left, right));
        if (expected)
        {
            Assert.Equal(AddressComparer.Instance.GetHashCode(left), AddressComparer.Instance.GetHashCode(right));
        }
    }
}
