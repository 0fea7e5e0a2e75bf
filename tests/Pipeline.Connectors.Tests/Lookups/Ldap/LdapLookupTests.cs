using Pipeline.Tests.Support.Scanning;

namespace Pipeline.Connectors.Tests.Lookups.Ldap;

/// <summary>The answers are those of Exim 4.96.</summary>
public sealed class LdapLookupTests : IDisposable
{
    private const string People = "ou=people,dc=example,dc=org";

    private readonly LookupScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [LdapFact]
    public async Task Queries_give_what_exim_gives()
    {
        var ways = await SharedSlapd.WaysAsync();
        var options = $"ldap_default_servers = 127.0.0.1::1 : 127.0.0.1::{ways.Port}";
        foreach (var (text, expected) in new[]
        {
            ("${lookup ldap{ldap:///PEOPLE?mail?sub?(cn=joe)}}", "joe@example.org,joe.doe@example.org"),
            ("${lookup ldap{ldap:///PEOPLE?sn?sub?(cn=joe)}{$value:$ldap_dn}}", "Doe,, J:cn=joe,ou=people,dc=example,dc=org"),
            ("${lookup ldap{ldap:///PEOPLE?sn,mail?sub?(cn=joe)}}", "sn=\"Doe,, J\" mail=\"joe@example.org,joe.doe@example.org\""),
            ("${lookup ldap{ldap:///PEOPLE?description?sub?(cn=joe)}}", "a \"quoted\" one,, with comma,back\\slash"),
            ("${lookup ldap{ldap:///PEOPLE?description,sn?sub?(cn=joe)}}", "sn=\"Doe,, J\" description=\"a \\\"quoted\\\" one,, with comma,back\\\\slash\""),
            ("${lookup ldap{ldap:///PEOPLE?description,sn?sub?(cn=ann)}}", "sn=\"Smith\" description=\"a\\nb,two\""),
            ("${lookup ldap{ldap:///PEOPLE?description?sub?(cn=ann)}}", "a\nb,two"),
            ("${lookup ldap{ldap:///PEOPLE??sub?(cn=odd*)}}", "objectClass=\"inetOrgPerson\" cn=\"odd,, name (x)\" sn=\"Odd\""),
            ("${lookup ldap{ldap:///PEOPLE?*?sub?(cn=odd*)}}", "inetOrgPerson,odd,, name (x),Odd"),
            ("${lookup ldap{ldap:///PEOPLE?title?sub?(cn=joe)}}", "\u00C3\u00A9"),
            ("${lookup ldap{ldap:///PEOPLE?mail?sub?(cn=zz)}{yes}{no}}", "no"),
            ("${lookup ldap{ldap:///PEOPLE?mail?sub?(sn=Odd)}{yes}{no}}", "no"),
            ("${lookup ldap{ldap:///ou=none,dc=example,dc=org?mail?sub?(cn=joe)}{yes}{no}}", "no"),
            ("${lookup ldap{ }{yes}{no}}", "no"),
            ("${lookup ldap{ldap:///cn=joe,PEOPLE?sn}}", "Doe,, J"),
            ("${lookup ldap{ldap:///cn=joe,PEOPLE?sn?one}{yes}{no}}", "no"),
            ("${lookup ldap{ldap:///PEOPLE?sn?sub?cn=joe}}", "Doe,, J"),
            ("${lookup ldap{ldap:///PEOPLE?sn?sub?(&(cn=ann)(!(sn=Odd)))}}", "Smith"),
            ("${lookup ldap{ldap:///PEOPLE?mail?sub?(sn=*)}}", "Deferred: lookup of \"ldap:///PEOPLE?mail?sub?(sn=*)\" gave DEFER: LDAP search: more than one entry (3) was returned (filter not specific enough?)"),
            ("${lookup ldapm{ldap:///PEOPLE?mail?sub?(sn=*)}}", "ann@example.org\njoe@example.org,joe.doe@example.org\n"),
            ("${lookup ldapm{ldap:///PEOPLE?sn,mail?sub?(sn=*)}}", "sn=\"Smith\" mail=\"ann@example.org\"\nsn=\"Doe,, J\" mail=\"joe@example.org,joe.doe@example.org\"\nsn=\"Odd\""),
            ("${lookup ldapm{ldap:///PEOPLE?mail?sub?(sn=Odd)}{yes}{no}}", "no"),
            ("${lookup ldapdn{ldap:///PEOPLE??sub?(cn=joe)}}", "cn=joe,ou=people,dc=example,dc=org"),
            ("${lookup ldapdn{ldap:///PEOPLE?mail?sub?(cn=zz)}{yes}{no}}", "no"),
            ("${lookup ldap{size=1 ldap:///PEOPLE?mail?sub?(sn=*)}}", "ann@example.org"),
            ("${lookup ldapm{size=2 time=5 connect=3 nettime=5 referrals=nofollow dereference=searching ldap:///PEOPLE?sn?sub?(sn=*)}}", "Smith\nDoe,, J"),
            ("${lookup ldap{ldap:///PEOPLE?sn?sub?(cn=${quote_ldap:odd, name (x)})}}", "Odd"),
            ("${lookup ldap{ldap:///cn=${quote_ldap_dn:odd, name (x)},PEOPLE?sn?base}}", "Odd"),
            ("${lookup ldap{ldap:///PEOPLE?sn?sub?(cn=${quote_ldap:*})}{yes}{no}}", "no"),
            ("${lookup ldap{ldap:///ou=hidden,dc=example,dc=org?sn?sub?(cn=see)}{yes}{no}}", "no"),
            ("${lookup ldap{user=\"cn=joe,PEOPLE\" pass=joepw ldap:///ou=hidden,dc=example,dc=org?sn?sub?(cn=see)}}", "See"),
            ("${lookup ldap{user=cn=joe,PEOPLE pass=wrong ldap:///PEOPLE?sn}}", $"Deferred: lookup of \"user=cn=joe,PEOPLE pass=(hidden) ldap:///PEOPLE?sn\" gave DEFER: failed to bind the LDAP connection to server 127.0.0.1:{ways.Port} - LDAP error 49: Invalid credentials"),
            ("${lookup ldap{ldap:///PEOPLE?mail?sub?(sn=*}}", "Deferred: lookup of \"ldap:///PEOPLE?mail?sub?(sn=*\" gave DEFER: ldap_search failed: -7, Bad search filter"),
            ("${lookup ldap{ldap:///PEOPLE?mail?bad}}", "Deferred: lookup of \"ldap:///PEOPLE?mail?bad\" gave DEFER: ldap_url_parse: (error 8) parsing \"ldap:///PEOPLE?mail?bad\""),
            ("${lookup ldap{servers=127.0.0.1::1:SOCKET ldap:///PEOPLE?sn?sub?(cn=ann)}}", "Smith"),
            ("${lookup ldap{ldapi://${quote_ldap:SOCKET}/PEOPLE?sn?sub?(cn=ann)}}", "Smith"),
            ("${lookup ldap{ldap://127.0.0.1:1/PEOPLE?sn}}", "Deferred: lookup of \"ldap://127.0.0.1:1/PEOPLE?sn\" gave DEFER: failed to bind the LDAP connection to server 127.0.0.1:1 - ldap_bind() returned -1"),
            ("${if match_domain{x}{<\\n ldap;ldap:///PEOPLE?sn?sub?(cn=ann)}{yes}{no}}", "yes"),
        })
        {
            Assert.Equal(Fill($"{text}\n{expected}"), $"{Fill(text)}\n{await _scene.ExpandAsync(Fill(text), options)}");
        }

        string Fill(string text) => text.Replace("PEOPLE", People, StringComparison.Ordinal).Replace("SOCKET", ways.Socket, StringComparison.Ordinal);
    }

    [LdapFact]
    public async Task Credentials_are_tried_as_exim_tries_them()
    {
        var ways = await SharedSlapd.WaysAsync();
        var options = $"ldap_default_servers = 127.0.0.1::{ways.Port}";
        foreach (var (text, expected) in new[]
        {
            ("user=cn=joe,PEOPLE pass=joepw ldap:///", "yes"),
            ("user=cn=joe,PEOPLE pass=bad ldap:///", "no"),
            ("user=cn=joe,PEOPLE pass= ldap:///", "no"),
            ("user=cn=nobody,PEOPLE pass=bad ldap:///", "no"),
            ("user=\"cn=joe,PEOPLE\" pass=${quote:joepw} ldap:///", "yes"),
            ("user=\"cn=${quote_ldap_dn:odd, name (x)},PEOPLE\" pass=${quote:odd pw} ldap:///", "yes"),
            ("user=cn=ann,PEOPLE pass=a%41b ldap:///", "yes"),
            ("user=cn=ann,PEOPLE pass=aAb ldap:///", "no"),
            ("ldap:///", "Failed: ldapauth lookups must specify the username and password"),
            ("user=cn=joe,PEOPLE ldap:///", "Failed: ldapauth lookups must specify the username and password"),
            ("user=nonsense pass=bad ldap:///", $"Failed: failed to bind the LDAP connection to server 127.0.0.1:{ways.Port} - LDAP error 34: Invalid DN syntax"),
            ("user=cn=joe,PEOPLE pass=joepw ldap://127.0.0.1:1/", "Failed: failed to bind the LDAP connection to server 127.0.0.1:1 - ldap_bind() returned -1"),
        })
        {
            var condition = $"${{if ldapauth{{{text.Replace("PEOPLE", People, StringComparison.Ordinal)}}}{{yes}}{{no}}}}";
            Assert.Equal($"{text}\n{expected}", $"{text}\n{await _scene.ExpandAsync(condition, options)}");
        }
    }

    [LdapFact]
    public async Task Servers_are_believed_by_their_certificates()
    {
        var ways = await SharedSlapd.WaysAsync();
        var query = $"${{lookup ldap{{ldaps://127.0.0.1:{ways.TlsPort}/{People}?sn?sub?(cn=ann)}}}}";
        Assert.Equal("Smith", await _scene.ExpandAsync(query, $"ldap_ca_cert_file = {ways.Authority}\nldap_require_cert = demand"));
        Assert.EndsWith("ldap_bind() returned -1", await _scene.ExpandAsync(query, "ldap_require_cert = demand"), StringComparison.Ordinal);
        Assert.Equal("Smith", await _scene.ExpandAsync(query, "ldap_require_cert = never"));
        var plain = $"${{lookup ldap{{ldap://127.0.0.1:{ways.Port}/{People}?sn?sub?(cn=ann)}}}}";
        Assert.Equal("Smith", await _scene.ExpandAsync(plain, $"ldap_start_tls\nldap_ca_cert_file = {ways.Authority}\nldap_require_cert = demand"));
        Assert.Contains("ldap_start_tls_s() returned", await _scene.ExpandAsync(plain, "ldap_start_tls\nldap_require_cert = demand"), StringComparison.Ordinal);
    }

    [LdapFact]
    public async Task Server_that_does_not_answer_defers()
    {
        await using var server = new ScriptedDaemon(_ => true, _ => null);
        var place = $"127.0.0.1:{server.Address.Split(' ')[1]}";
        Assert.Equal(
            $"Deferred: lookup of \"connect=1 ldap://{place}/x\" gave DEFER: failed to bind the LDAP connection to server {place} - ldap_bind() returned -5",
            await _scene.ExpandAsync($"${{lookup ldap{{connect=1 ldap://{place}/x}}}}"));
    }
}
