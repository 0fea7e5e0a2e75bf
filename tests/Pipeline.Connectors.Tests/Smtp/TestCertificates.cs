using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pipeline.Connectors.Tests.Smtp;

/// <summary>Certificates that sign themselves, made when first asked for.</summary>
internal static class TestCertificates
{
    private static readonly Lazy<X509Certificate2> PeerCertificate = new(() => Create("peer.example"));

    /// <summary>For peer.example.</summary>
    public static X509Certificate2 Peer => PeerCertificate.Value;

    public static X509Certificate2 Create(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

        // A key that lives in a file format is one that the TLS library can use on every platform.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Writes certificate and key as PEM into one new file and returns its path.</summary>
    public static string WritePem(X509Certificate2 certificate)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.pem");
        File.WriteAllText(path, $"{certificate.ExportCertificatePem()}\n{certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()}\n");
        return path;
    }
}
