using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Policy.Tests.Lookups;
using Pipeline.Policy.Tls;
using Pipeline.Tests.Support.Tls;

namespace Pipeline.Policy.Tests.Tls;

/// <summary>What a peer's certificate is judged by: <c>tls_verify_certificates</c> and <c>tls_crl</c>.</summary>
public sealed class CertificateTrustTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly TemporaryFolder _folder = new();
    private readonly CertificateFiles _files = new();
    private readonly TestAuthority _authority;
    private readonly TestAuthority _other;

    public CertificateTrustTests() => (_authority, _other) = (new TestAuthority(_folder.Path, "authority"), new TestAuthority(_folder.Path, "other"));

    public void Dispose()
    {
        _authority.Dispose();
        _other.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Certificate_of_a_trusted_authority_is_good_and_others_are_not()
    {
        Assert.Null(Judge(_authority.Sign("a", null).Certificate, _authority.File, null));
        Assert.NotNull(Judge(_other.Sign("a", null).Certificate, _authority.File, null));
        Assert.NotNull(Judge(_authority.Sign("a", null, validDays: -2).Certificate, _authority.File, null));
        Assert.NotNull(Judge(_authority.Sign("a", null).Certificate, "system", null));
    }

    [Fact]
    public void Folder_of_authorities_is_as_good_as_a_file()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "authorities")).FullName;
        File.Copy(_authority.File, Path.Combine(folder, "one.pem"));
        File.Copy(_other.File, Path.Combine(folder, "two.pem"));
        Assert.Null(Judge(_other.Sign("a", null).Certificate, folder, null));
    }

    [Fact]
    public void Certificate_itself_can_be_what_is_trusted()
    {
        var certificate = _authority.Sign("a", null).Certificate;
        Assert.Null(Judge(certificate, certificate, null));
    }

    [Fact]
    public void Certificate_that_was_taken_back_is_not_good()
    {
        var (good, bad) = (_authority.Sign("good", null).Certificate, _authority.Sign("bad", null).Certificate);
        var list = _authority.Revoke(Now.AddDays(1), bad);
        Assert.Null(Judge(good, _authority.File, list));
        Assert.Equal("certificate revoked", Judge(bad, _authority.File, list));
    }

    [Fact]
    public void Issuer_without_a_list_and_a_list_that_has_ended_are_no_good()
    {
        var certificate = _authority.Sign("a", null).Certificate;
        Assert.Equal("unable to get certificate CRL", Judge(certificate, _authority.File, _other.Revoke(Now.AddDays(1))));
        Assert.Equal("CRL has expired", Judge(certificate, _authority.File, _authority.Revoke(Now.AddDays(-1))));
    }

    [Fact]
    public void List_that_somebody_else_has_signed_is_no_good()
    {
        var certificate = _authority.Sign("a", null).Certificate;
        using var impostor = new TestAuthority(Directory.CreateDirectory(Path.Combine(_folder.Path, "impostor")).FullName, "authority");
        Assert.Equal("CRL signature failure", Judge(certificate, _authority.File, impostor.Revoke(Now.AddDays(1))));
    }

    [Theory]
    [InlineData("no such file", null, "No such file")]
    [InlineData("empty", null, "no certificate in it")]
    [InlineData("system", "empty", "no certificate revocation list in it")]
    [InlineData("system", "broken", "cannot be read")]
    public void File_that_cannot_be_used_is_named(string certificates, string? lists, string why)
    {
        File.WriteAllText(Path.Combine(_folder.Path, "empty"), "nothing\n");
        File.WriteAllText(Path.Combine(_folder.Path, "broken"), PemEncoding.WriteString("X509 CRL", [0x30, 3, 2, 1, 1]));
        Assert.Null(CertificateTrust.Load(_files, InFolder(certificates), lists is null ? null : InFolder(lists), out var problem));
        Assert.Contains(why, problem, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith(_folder.Path, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_change_of_a_revocation_list_is_read_or_refused()
    {
        var random = new Random(42);
        var text = File.ReadAllText(_authority.Revoke(Now.AddDays(1), _authority.Sign("a", null).Certificate));
        var whole = Convert.FromBase64String(text[PemEncoding.Find(text).Base64Data]);
        Assert.NotNull(RevocationList.Parse(whole));
        for (var i = 0; i < 5000; i++)
        {
            var changed = whole.AsSpan(0, random.Next(2) == 0 ? whole.Length : random.Next(whole.Length)).ToArray();
            if (changed.Length > 0)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            try
            {
                RevocationList.Parse(changed);
            }
            catch (CryptographicException)
            {
                // That is the answer to what is no list.
            }
        }
    }

    private string InFolder(string name) => name == "system" ? name : Path.Combine(_folder.Path, name);

    private string? Judge(string certificate, string authorities, string? lists)
    {
        var trust = CertificateTrust.Load(_files, authorities, lists, out var problem);
        Assert.True(trust is not null, problem);
        using var leaf = X509CertificateLoader.LoadCertificateFromFile(certificate);
        using var chain = new X509Chain { ChainPolicy = trust.ChainPolicy() };
        return trust.Judge(chain, chain.Build(leaf) ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors, Now);
    }
}
