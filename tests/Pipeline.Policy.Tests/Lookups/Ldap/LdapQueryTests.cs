using System.Text;
using Pipeline.Policy.Lookups;
using Pipeline.Policy.Lookups.Ldap;
using Pipeline.Policy.Tests.Configuration;

namespace Pipeline.Policy.Tests.Lookups.Ldap;

public sealed class LdapQueryTests
{
    [Theory]
    [InlineData("ldap:///", "ldap|||||BaseObject|")]
    [InlineData("LDAPS://h.test", "ldaps|h.test||||BaseObject|")]
    [InlineData("ldap://h.test:390/dc=x?a,b;c?SUB?(cn=y)?!ext", "ldap|h.test|390|dc=x|a,b;c|WholeSubtree|(cn=y)")]
    [InlineData("ldap://[2001:db8::1]:390/", "ldap|[2001:db8::1]|390|||BaseObject|")]
    [InlineData("ldap://[2001:db8::1]/", "ldap|[2001:db8::1]||||BaseObject|")]
    [InlineData("ldapi://%2Frun%2Fldapi/dc=x??one", "ldapi|/run/ldapi||dc=x||SingleLevel|")]
    [InlineData("ldap:///cn=a%5C2C%20b%C3%A9???(x=%2A)", "ldap|||cn=a\\2C b\u00C3\u00A9||BaseObject|(x=*)")]
    public void Url_is_read(string text, string expected)
    {
        var url = LdapUrl.Parse(text, out var problem)!;
        Assert.Equal("", problem);
        Assert.Equal(expected, $"{url.Scheme}|{url.Host}|{url.Port}|{url.Base}|{string.Join(',', url.Attributes)}|{url.Scope}|{url.Filter}");
    }

    [Theory]
    [InlineData("http:///x", 5)]
    [InlineData("ldap:/x", 5)]
    [InlineData("ldap:///%4", 5)]
    [InlineData("ldap:///%00", 5)]
    [InlineData("ldap://h:port/", 6)]
    [InlineData("ldap://h:65536/", 6)]
    [InlineData("ldap://h%zz/", 6)]
    [InlineData("ldap:///?a,,b", 7)]
    [InlineData("ldap:///?%zz", 7)]
    [InlineData("ldap:///??all", 8)]
    [InlineData("ldap:///???(x=%z)", 9)]
    public void Url_that_is_none_has_the_number_of_its_error(string text, int error)
    {
        Assert.Null(LdapUrl.Parse(text, out var problem));
        Assert.Equal($"ldap_url_parse: (error {error}) parsing \"{text}\"", problem);
    }

    [Theory]
    [InlineData(LdapUrl.MaxAttributes - 1, true)]
    [InlineData(LdapUrl.MaxAttributes, true)]
    [InlineData(LdapUrl.MaxAttributes + 1, false)]
    public void Attributes_have_a_bound(int count, bool expected) =>
        Assert.Equal(expected, LdapUrl.Parse($"ldap:///?{string.Join(',', Enumerable.Repeat("a", count))}", out _) is not null);

    [Fact]
    public void Settings_before_the_url_are_read()
    {
        var query = LdapQuery.Parse(
            " USER=\"cn=a\\\"b%20c\"  pass=x%20y time=7 size=3 connect=4 referrals=nofollow dereference=always servers=a::1:b ldap:///dc=x", out var problem)!;
        Assert.Equal("", problem);
        Assert.Equal(("cn=a\"b c", "x%20y", "a::1:b", 3), (query.User, query.Password, query.Servers, query.SizeLimit));
        Assert.Equal((TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(4), false, LdapDereference.Always), (query.TimeLimit, query.NetworkTimeout, query.FollowsReferrals, query.Dereference));
        Assert.Equal("dc=x", query.Url.Base);
    }

    [Fact]
    public void Password_may_be_empty_or_quoted()
    {
        Assert.Equal("", LdapQuery.Parse("user=x pass= ldap:///", out _)!.Password);
        Assert.Equal("", LdapQuery.Parse("user=x pass=\"\" ldap:///", out _)!.Password);
        Assert.Equal("a b=c ldap://", LdapQuery.Parse("user=x pass=\"a b=c ldap://\" ldap:///", out _)!.Password);
    }

    [Theory]
    [InlineData("", "malformed parameter setting precedes LDAP URL")]
    [InlineData("nonsense", "malformed parameter setting precedes LDAP URL")]
    [InlineData("user=x", "malformed parameter setting precedes LDAP URL")]
    [InlineData("foo=x ldap:///", "unknown parameter \"foo=\" precedes LDAP URL")]
    [InlineData("user=cn=a b,c=d ldap:///", "unknown parameter \"b,c=\" precedes LDAP URL")]
    [InlineData("referrals=x ldap:///", "LDAP option REFERRALS is not \"follow\" or \"nofollow\"")]
    [InlineData("dereference=x ldap:///", "LDAP option DEREFERENCE is not \"never\", \"searching\", \"finding\" or \"always\"")]
    [InlineData("dereference= ldap:///", "LDAP option DEREFERENCE is not \"never\", \"searching\", \"finding\" or \"always\"")]
    [InlineData("dereference=1 ldap:///", "LDAP option DEREFERENCE is not \"never\", \"searching\", \"finding\" or \"always\"")]
    [InlineData("time=x ldap:///", "LDAP option TIME is not a number")]
    [InlineData("size=-1 ldap:///", "LDAP option SIZE is not a number")]
    [InlineData("user=%zz ldap:///", "LDAP option USER is not a distinguished name in the form of a URL")]
    public void Query_that_is_none_has_its_reason(string text, string expected)
    {
        Assert.Null(LdapQuery.Parse(text, out var problem));
        Assert.Equal(expected, problem);
    }

    [Fact]
    public void Any_octets_end_in_a_query_or_a_reason()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var octets = Encoding.Latin1.GetBytes("user=\"cn=a\" pass=b size=3 ldap://h:1/dc=x?a,b?sub?(c=%41)");
            for (var change = 0; change < 3; change++)
            {
                octets[random.Next(octets.Length)] = (byte)random.Next(256);
            }

            var query = LdapQuery.Parse(Encoding.Latin1.GetString(octets, 0, random.Next(octets.Length + 1)), out var problem);
            Assert.Equal(query is null, problem.Length > 0);
        }
    }

    [Theory]
    [InlineData("user=x pass=secret ldap:///y", "user=x pass=(hidden) ldap:///y")]
    [InlineData("PASS=\"se\\\"c ret\" ldap:///y", "PASS=(hidden) ldap:///y")]
    [InlineData("pass=\"secret ldap:///y", "pass=(hidden)")]
    [InlineData("servers=h/d/u/secret;select 1", "servers=(hidden);select 1")]
    [InlineData("servers=h;select 1", "servers=h;select 1")]
    [InlineData("ldap:///x?(pass=y)", "ldap:///x?(pass=y)")]
    [InlineData("select 'pass=x'", "select 'pass=x'")]
    public void Passwords_are_not_shown(string query, string expected) => Assert.Equal(expected, QuerySecrets.Hide(query));

    [Theory]
    [InlineData("ldap_version = 1", "ldap_version is 2 or 3, and not 1")]
    [InlineData("ldap_require_cert = perhaps", "\"perhaps\" is not a valid value for the \"ldap_require_cert\" option: never, hard, demand, allow or try")]
    public void Wrong_option_is_an_error_of_the_configuration(string text, string expected)
    {
        var problem = Assert.Single(PolicyCompiler.Compile(MemoryFiles.MainPath, files: new MemoryFiles($"\n{text}")).Problems);
        Assert.Equal((expected, 2), (problem.Message, problem.Location!.Line));
    }
}
