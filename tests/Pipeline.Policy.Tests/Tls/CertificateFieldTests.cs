using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Tests.Expansion;
using Pipeline.Policy.Tls;

namespace Pipeline.Policy.Tests.Tls;

/// <summary><c>certextract</c>, and certificates as arguments of digests.</summary>
public sealed class CertificateFieldTests
{
    public static TheoryData<string, string, string> Recorded
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var file in Directory.EnumerateFiles(Folder(), "*.txt"))
            {
                foreach (var line in File.ReadAllLines(file))
                {
                    var bar = line.IndexOf('|', StringComparison.Ordinal);
                    data.Add(Path.GetFileNameWithoutExtension(file), line[..bar], line[(bar + 1)..]);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public async Task Field_has_the_value_that_exim_gives_it(string certificate, string field, string value)
    {
        var bench = Bench(Load(certificate));
        Assert.Equal(value, await bench.PrintAsync($"${{certextract{{{field}}}{{$tls_in_peercert}}{{${{sg{{$value}}{{\\n}}{{|}}}}}}{{(none)}}}}"));
    }

    [Theory]
    [InlineData("<$tls_in_peercert>", "<<cert>>")]
    [InlineData("<$tls_in_ourcert>", "<>")]
    [InlineData("${if def:tls_in_peercert{y}{n}}${if def:tls_in_ourcert{y}{n}}", "yn")]
    [InlineData("${certextract{subject}{$tls_in_ourcert}{y}{n}}", "n")]
    [InlineData("${certextract{subject}{$tls_in_ourcert}{y}fail}", "Failed: \"certextract\" failed and \"fail\" requested")]
    [InlineData("${certextract {subject,CN} {$tls_in_peercert} {<$value>} {n}}", "<client.example>")]
    [InlineData("${certextract{nosuch}{$tls_in_peercert}{y}{n}}", "Failed: bad field selector \"nosuch\" for certextract")]
    [InlineData("${certextract{subject}{foo}{y}{n}}", "Failed: second argument of \"certextract\" must be a certificate variable")]
    [InlineData("${certextract{subject}{ $tls_in_peercert}{y}{n}}", "Failed: second argument of \"certextract\" must be a certificate variable")]
    [InlineData("${certextract{subject}{$tls_in_peercert }{y}{n}}", "Failed: no variable named \"tls_in_peercert \"")]
    [InlineData("${certextract{subject}{$nosuch}{y}{n}}", "Failed: no variable named \"nosuch\"")]
    [InlineData("${certextract{subject}{$tls_in_cipher}{y}{n}}", "Failed: \"tls_in_cipher\" is not a certificate")]
    [InlineData("${certextract{subject}}", "Failed: missing '{' for cert variable arg of certextract")]
    [InlineData("${certextract}", "Failed: missing '{' for field arg of certextract")]
    public async Task Certificate_is_a_variable_of_its_own_kind(string text, string expected) =>
        Assert.Equal(expected, await Bench(Load("client")).PrintAsync(text));

    [Fact]
    public async Task Digest_of_a_certificate_is_its_fingerprint()
    {
        var certificate = Load("client");
        var bench = Bench(certificate);
        Assert.Equal(Convert.ToHexString(SHA256.HashData(certificate.RawData)), await bench.PrintAsync("${sha256:$tls_in_peercert}"));
        Assert.Equal(certificate.GetCertHashString(HashAlgorithmName.SHA1), await bench.PrintAsync("${sha1:$tls_in_peercert}"));
        Assert.Equal(certificate.GetCertHashString(HashAlgorithmName.MD5), await bench.PrintAsync("${md5:$tls_in_peercert}"));
        Assert.Equal(Convert.ToHexString(SHA256.HashData("x<cert>"u8)), await bench.PrintAsync("${sha256:x$tls_in_peercert}"));
    }

    [Fact]
    public async Task Words_of_a_client_are_marked_and_our_own_are_not()
    {
        var certificate = Load("client");
        var bench = Bench(certificate, certificate);
        Assert.Equal(Taint.Tainted, (await bench.ExpandAsync("${certextract{subject,CN}{$tls_in_peercert}}")).Taint);
        Assert.Equal(Taint.None, (await bench.ExpandAsync("${certextract{subject,CN}{$tls_in_ourcert}}")).Taint);
    }

    [Fact]
    public void Every_truncation_and_change_of_a_certificate_gives_values_or_none()
    {
        var random = new Random(4711);
        var whole = Load("second").RawData;
        for (var i = 0; i < 3000; i++)
        {
            var changed = whole.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            try
            {
                using var certificate = X509CertificateLoader.LoadCertificate(changed);
                foreach (var field in new[] { "version", "serial_number", "subject", "subject,>;", "issuer,CN", "sig_algorithm", "signature", "subj_altname", "ocsp_uri", "crl_uri" })
                {
                    Assert.True(CertificateField.TryRead(certificate, field, out _));
                }
            }
            catch (CryptographicException)
            {
                // The platform takes it for no certificate, or for one without such a field.
            }
        }
    }

    private static ExpansionBench Bench(X509Certificate2 peer, X509Certificate2? own = null)
    {
        var bench = new ExpansionBench();
        bench.Scope.Connection.Tls = TlsFacts.Of("TLS1.3", "TLS_AES_256_GCM_SHA384", 256, null, peer, true, own);
        return bench;
    }

    private static X509Certificate2 Load(string name) => X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Folder(), name + ".pem"));

    private static string Folder([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../vectors/certificates"));
}
