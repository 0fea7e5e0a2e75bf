using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Text;
using Pipeline.Policy.Tls.Ciphers;

namespace Pipeline.Policy.Tests.Tls;

/// <summary><c>tls_require_ciphers</c> in both languages, and <c>openssl_options</c>.</summary>
public sealed class CipherPreferenceTests
{
    private const SslProtocols Both = SslProtocols.Tls12 | SslProtocols.Tls13;

    private const string Tls13 = "TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256 TLS_AES_128_GCM_SHA256";

    [Theory]
    [InlineData("ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384 ECDHE-RSA-AES128-GCM-SHA256")]
    [InlineData("ECDHE-RSA-AES128-GCM-SHA256, ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256 ECDHE-RSA-AES256-GCM-SHA384")]
    [InlineData("ECDHE+CHACHA20:!aRSA", "ECDHE-ECDSA-CHACHA20-POLY1305")]
    [InlineData("kRSA+AESGCM", "AES256-GCM-SHA384 AES128-GCM-SHA256")]
    [InlineData("kRSA+AESGCM:-AES256:AES256+kRSA+AESGCM", "AES128-GCM-SHA256 AES256-GCM-SHA384")]
    [InlineData("kRSA+AESGCM:!AES256:AES256+kRSA+AESGCM", "AES128-GCM-SHA256")]
    [InlineData("AES128-SHA:AES256-SHA:+AES128", "AES256-SHA AES128-SHA")]
    [InlineData("AES128-SHA:AES256-SHA:@STRENGTH", "AES256-SHA AES128-SHA")]
    [InlineData("AES128-SHA:ECDHE-RSA-AES128-SHA:!SSLv3", "ECDHE-RSA-AES128-SHA")]
    [InlineData("AES128-SHA:NOSUCH:RC4", "AES128-SHA")]
    public void List_in_the_language_of_openssl_gives_suites_in_its_order(string list, string suites) =>
        Assert.Equal($"{Tls13} {suites}", Names(list));

    [Theory]
    [InlineData("HIGH:!aNULL:!MD5")]
    [InlineData("DEFAULT@SECLEVEL=2")]
    [InlineData("DEFAULT:@SECLEVEL=1")]
    [InlineData("ALL")]
    [InlineData("HIGH:!eNULL:!EXPORT:!DES:!3DES:!MD5:!PSK:!RC4")]
    [InlineData("NORMAL")]
    [InlineData("NORMAL:%SERVER_PRECEDENCE")]
    [InlineData("SECURE128:-VERS-SSL3.0:%COMPAT")]
    [InlineData("NORMAL:-VERS-TLS1.0:-VERS-TLS1.1:-ARCFOUR-128:-MD5:+CURVE-X25519:-SIGN-RSA-SHA1")]
    public void List_that_takes_only_what_is_old_leaves_everything(string list) =>
        Assert.Equal(CipherSuite.All.Select(suite => suite.Name).Order(StringComparer.Ordinal), Names(list).Split(' ').Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256", SslProtocols.Tls13)]
    [InlineData("TLS_AES_128_GCM_SHA256:AES128-SHA", "TLS_AES_128_GCM_SHA256 AES128-SHA", Both)]
    [InlineData("NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-CBC:-MAC-ALL:+SHA1:-KX-ALL:+RSA", "AES128-SHA", SslProtocols.Tls12)]
    [InlineData("NONE:+VERS-TLS1.3:+AES-128-GCM:+AEAD:+ECDHE-RSA", "TLS_AES_128_GCM_SHA256 ECDHE-RSA-AES128-GCM-SHA256", SslProtocols.Tls13)]
    [InlineData("SUITEB192:!VERS-TLS1.3", "TLS_AES_256_GCM_SHA384 ECDHE-ECDSA-AES256-GCM-SHA384", SslProtocols.Tls12)]
    [InlineData("SUITEB128:-VERS-TLS1.2:-AES-256-GCM", "TLS_AES_128_GCM_SHA256 ECDHE-ECDSA-AES128-GCM-SHA256", SslProtocols.Tls13)]
    public void Protocols_are_those_that_the_list_names_and_has_suites_for(string list, string suites, SslProtocols protocols)
    {
        Assert.Equal(suites, Names(list));
        Assert.Equal(protocols, CipherPreference.Read(list, null, out _)!.Protocols);
    }

    [Fact]
    public void Strong_and_forward_secret_lists_hold_what_their_names_say()
    {
        Assert.All(Suites("SECURE256"), suite => Assert.Equal(256, suite.Bits));
        Assert.All(Suites("PFS").Where(suite => !suite.IsTls13), suite => Assert.NotEqual("RSA", suite.KeyExchange));
        Assert.All(Suites("ALL:@SECLEVEL=3").Where(suite => !suite.IsTls13), suite => Assert.NotEqual("RSA", suite.KeyExchange));
        Assert.All(Suites("ALL:@SECLEVEL=5"), suite => Assert.Equal(256, suite.Bits));
        Assert.DoesNotContain(Suites("NORMAL:-DHE-RSA"), suite => suite.KeyExchange == "DHE");
    }

    [Theory]
    [InlineData("NOSUCH", null, "no cipher match in \"NOSUCH\"")]
    [InlineData("!ALL", null, "no cipher match in \"!ALL\"")]
    [InlineData("HIGH:@SECLEVEL=9", null, "\"@SECLEVEL=9\" is no security level")]
    [InlineData("HIGH:@NONSENSE", null, "\"@NONSENSE\" is not known")]
    [InlineData("NORMAL:-NOSUCH", null, "\"-NOSUCH\" in \"NORMAL:-NOSUCH\" is not known")]
    [InlineData("NORMAL:%NOSUCH", null, "\"%NOSUCH\" in \"NORMAL:%NOSUCH\" is not known")]
    [InlineData("NORMAL:AES-128-GCM", null, "\"AES-128-GCM\" in \"NORMAL:AES-128-GCM\" is not known")]
    [InlineData("NORMAL:-VERS-ALL:+VERS-TLS1.0", null, "\"NORMAL:-VERS-ALL:+VERS-TLS1.0\" leaves no protocol that is done here: TLS 1.2 or TLS 1.3")]
    [InlineData("", "+no_tlsv1_2 +no_tlsv1_3", "no protocol is left")]
    [InlineData("", "+nonsense", "unknown option \"+nonsense\"")]
    [InlineData("", "no_tlsv1", "expected +/- before \"no_tlsv1\"")]
    public void What_cannot_be_read_or_leaves_nothing_is_refused(string list, string? options, string problem)
    {
        Assert.Null(CipherPreference.Read(list, options, out var found));
        Assert.Equal(problem, found);
    }

    [Theory]
    [InlineData("+no_sslv2 +no_sslv3 +no_tlsv1 +no_tlsv1_1", Both)]
    [InlineData("+no_tlsv1_3 +cipher_server_preference", SslProtocols.Tls12)]
    [InlineData("+NO_TLSv1_2", SslProtocols.Tls13)]
    [InlineData("-all +no_tlsv1_2 -no_tlsv1_2", Both)]
    [InlineData("", Both)]
    public void Options_of_openssl_take_protocols_away(string options, SslProtocols protocols) =>
        Assert.Equal(protocols, CipherPreference.Read(null, options, out _)!.Protocols);

    [Fact]
    [SupportedOSPlatform("linux")]
    public void Long_groups_are_had_by_doing_without_groups()
    {
        Assert.Null(CipherPreference.Read(null, null, out _, dhMinBits: 1024)!.Suites);
        var suites = CipherPreference.Read(null, null, out _, dhMinBits: 3072)!.Suites!.AllowedCipherSuites.ToArray();
        Assert.DoesNotContain(suites, suite => suite.ToString().StartsWith("TLS_DHE", StringComparison.Ordinal));
        Assert.Contains(suites, suite => suite.ToString().StartsWith("TLS_ECDHE", StringComparison.Ordinal));
    }

    [Fact]
    public void Value_is_read_once() => Assert.Same(CipherPreference.Read("HIGH:!AES128", null, out _), CipherPreference.Read(" HIGH:!AES128 ", null, out _));

    [Fact]
    public void Every_text_is_read_to_suites_each_once_or_refused_with_a_reason()
    {
        string[] words =
        [
            "HIGH", "ALL", "DEFAULT", "aRSA", "ECDHE", "AES128", "@STRENGTH", "@SECLEVEL=3", "AES128-SHA", "NORMAL", "SECURE256", "NONE", "VERS-TLS1.2", "VERS-ALL", "KX-ALL", "AES-128-GCM",
            "%COMPAT", "TLS_AES_128_GCM_SHA256", "é", "",
        ];
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var text = new StringBuilder();
            for (var n = random.Next(6); n >= 0; n--)
            {
                text.Append("!-+ "[random.Next(4)].ToString().Trim()).Append(words[random.Next(words.Length)]).Append(":+,@ "[random.Next(5)]);
            }

            var suites = CipherPreference.SuitesOf(text.ToString(), out _, out var problem);
            Assert.Equal(suites is null, problem.Length > 0);
            Assert.Equal(suites?.Count, suites?.Distinct().Count());
        }
    }

    private static string Names(string list) => string.Join(' ', Suites(list).Select(suite => suite.Name));

    private static IReadOnlyList<CipherSuite> Suites(string list)
    {
        var suites = CipherPreference.SuitesOf(list, out _, out var problem);
        Assert.True(suites is not null, problem);
        return suites;
    }
}
