using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Mail.Dns;

namespace Pipeline.Connectors.Tests.Smtp.Dane;

/// <summary>A root, an authority below it, and what that has signed for <c>peer.example</c>.</summary>
internal sealed class CertificateFamily : IDisposable
{
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _authority;

    public CertificateFamily(string name = "peer.example", bool expired = false)
    {
        var now = DateTimeOffset.UtcNow;
        _root = Create("root", null, null, now.AddDays(-9), now.AddDays(9));
        _authority = Create("authority", _root, null, now.AddDays(-8), now.AddDays(8));
        Leaf = Create("leaf", _authority, name, now.AddDays(-7), now.AddDays(expired ? -1 : 7));
    }

    public X509Certificate2 Root => _root;

    public X509Certificate2 Authority => _authority;

    public X509Certificate2 Leaf { get; }

    public void Dispose()
    {
        _root.Dispose();
        _authority.Dispose();
        Leaf.Dispose();
    }

    /// <summary>The record that means a certificate.</summary>
    public static TlsaRecord RecordOf(X509Certificate2 certificate, byte usage, byte selector, byte matching)
    {
        var subject = selector == 0 ? certificate.RawData : certificate.PublicKey.ExportSubjectPublicKeyInfo();
        return new TlsaRecord(usage, selector, matching, matching switch { 1 => SHA256.HashData(subject), 2 => SHA512.HashData(subject), _ => subject });
    }

    private static X509Certificate2 Create(string subject, X509Certificate2? issuer, string? dnsName, DateTimeOffset begin, DateTimeOffset end)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={subject}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(dnsName is null, false, 0, true));
        if (dnsName is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(dnsName);
            request.CertificateExtensions.Add(names.Build());
        }

        if (issuer is null)
        {
            return request.CreateSelfSigned(begin, end);
        }

        using var signed = request.Create(issuer, begin, end, RandomNumberGenerator.GetBytes(16));
        using var whole = signed.CopyWithPrivateKey(key);

        // A key that lives in a file format is one that the TLS library can use on every platform.
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
