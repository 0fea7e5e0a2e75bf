using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pipeline.Tests.Support.Tls;

/// <summary>A private authority in a folder, and what it signs there as PEM files.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly string _folder;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    public TestAuthority(string folder, string name)
    {
        _folder = folder;
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        var now = DateTimeOffset.UtcNow;
        _certificate = request.CreateSelfSigned(now.AddDays(-10), now.AddDays(10));
        File = Path.Combine(folder, $"{name}.crt");
        System.IO.File.WriteAllText(File, _certificate.ExportCertificatePem());
    }

    public string File { get; }

    /// <param name="role">The URI's part behind the scheme; null for none.</param>
    /// <param name="isServer">Good for servers, with 127.0.0.1 as its name.</param>
    /// <param name="isClient">Good for clients; so is one that is good for nothing else.</param>
    /// <param name="validDays">From yesterday on, in days; below zero: it ended before.</param>
    public (string Certificate, string Key) Sign(string name, string? role, bool isServer = false, bool isClient = false, int validDays = 2, string? file = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        OidCollection usages = [];
        if (isServer)
        {
            usages.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        }

        if (isClient || !isServer)
        {
            usages.Add(new Oid("1.3.6.1.5.5.7.3.2"));
        }

        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(usages, false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("some.example");
        if (isServer)
        {
            names.AddIpAddress(IPAddress.Loopback);
        }

        if (role is not null)
        {
            names.AddUri(new Uri($"mailpipeline:{role}"));
        }

        request.CertificateExtensions.Add(names.Build());
        var begin = DateTimeOffset.UtcNow.AddDays(validDays < 0 ? -5 : -1);
        using var signed = request.Create(_certificate, begin, begin.AddDays(Math.Abs(validDays)), RandomNumberGenerator.GetBytes(16));
        var path = Path.Combine(_folder, file ?? Guid.NewGuid().ToString("N"));
        System.IO.File.WriteAllText($"{path}.crt", signed.ExportCertificatePem());
        System.IO.File.WriteAllText($"{path}.key", key.ExportPkcs8PrivateKeyPem());
        return ($"{path}.crt", $"{path}.key");
    }

    /// <summary>A certificate with its key, as servers use it.</summary>
    /// <param name="files">As <see cref="Sign"/> gave them.</param>
    public static X509Certificate2 Load((string Certificate, string Key) files)
    {
        using var certificate = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);

        // A key that lives in a file format is one that the TLS library can use on every platform.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Takes certificates back; the file with the list of them.</summary>
    /// <param name="certificates">Files of certificates that this authority has signed.</param>
    public string Revoke(DateTimeOffset nextUpdate, params IEnumerable<string> certificates)
    {
        var list = new CertificateRevocationListBuilder();
        foreach (var file in certificates)
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(file);
            list.AddEntry(certificate);
        }

        var authority = X509AuthorityKeyIdentifierExtension.CreateFromIssuerNameAndSerialNumber(_certificate.SubjectName, _certificate.SerialNumberBytes.Span);
        var der = list.Build(
            _certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), 1, nextUpdate, HashAlgorithmName.SHA256, authority, nextUpdate.AddDays(-30));
        var path = Path.Combine(_folder, $"{Guid.NewGuid():N}.crl");
        System.IO.File.WriteAllText(path, PemEncoding.WriteString("X509 CRL", der));
        return path;
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }
}
