using Pipeline.Mail.Dmarc;

namespace Pipeline.Mail.Tests.Dmarc;

public sealed class DmarcAuthorTests
{
    [Theory]
    [InlineData("a@Example.COM", "example.com")]
    [InlineData("\"a@victim.example\" <b@attacker.example>", "attacker.example")]
    [InlineData("b@attacker.example (a@victim.example)", "attacker.example")]
    [InlineData("\"a@victim.example\"@example.com", "example.com")]
    [InlineData("a@example.com.", "example.com")]
    [InlineData("Team: a@example.com, b@example.com;", "example.com")]
    [InlineData("a@bücher.example", "xn--bcher-kva.example")]
    [InlineData("<@route.example:a@example.com>", "example.com")]
    [InlineData("Smith, John <a@example.com>", "example.com")]
    public void One_domain_is_the_author_s(string field, string domain)
    {
        var author = DmarcRun.Author($"From: {field}", "Resent-From: x@resent.example", "Sender: y@sender.example");
        Assert.Equal((domain, null), (author.Domain, author.Problem));
        Assert.Single(author.Domains);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<>")]
    [InlineData("Undisclosed:;")]
    [InlineData("a@[192.0.2.1]")]
    [InlineData("John Smith")]
    [InlineData("<john>")]
    [InlineData("a@-")]
    public void A_field_without_a_domain_has_no_author(string field)
    {
        var author = DmarcRun.Author($"From: {field}");
        Assert.Empty(author.Domains);
        Assert.NotNull(author.Problem);
    }

    [Theory]
    [InlineData("a@one.example, b@two.example", 2)]
    [InlineData("a@one.example, <b@two.example", 1)]
    [InlineData("a@one.example <b@one.example> c", 1)]
    [InlineData("a@1.x, a@2.x, a@3.x, a@4.x, a@5.x, a@6.x", DmarcAuthor.MaxDomains)]
    public void A_field_that_can_be_read_in_several_ways_is_nobody_s(string field, int domains)
    {
        var author = DmarcRun.Author($"From: {field}");
        Assert.NotNull(author.Problem);
        Assert.InRange(author.Domains.Length, 0, domains);
    }

    [Fact]
    public void Several_fields_are_nobody_s()
    {
        Assert.Equal("there are 2 From fields", DmarcRun.Author("From: a@one.example", "From: a@one.example").Problem);
        Assert.Equal("one.example two.example", string.Join(' ', DmarcRun.Author("From: a@one.example", "FROM : b@two.example").Domains));
        Assert.Equal("there is no From field", DmarcRun.Author("To: a@one.example").Problem);
    }

    [Fact]
    public void Any_octets_give_names_that_DNS_can_be_asked_for()
    {
        var random = new Random(5322);
        for (var round = 0; round < 5_000; round++)
        {
            var text = "From: G: \"A \\\" b\" <@r.test:\"x y\"@a.test>, (c(d)) b@b.test., é <é@é.test>"u8.ToArray();
            for (var change = random.Next(6); change >= 0; change--)
            {
                text[random.Next(6, text.Length)] = (byte)random.Next(256);
            }

            Assert.All(DmarcRun.Author(text).Domains, domain => Assert.True(Mail.Dns.DnsName.IsHostLike(domain)));
        }
    }
}
