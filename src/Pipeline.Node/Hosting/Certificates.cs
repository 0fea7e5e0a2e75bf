using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Node.Listeners;
using Pipeline.Node.Listeners.Tls;
using Pipeline.Policy.Configuration;

namespace Pipeline.Node.Hosting;

/// <summary>Loads the certificate that the policy names (tls_certificate, tls_privatekey).</summary>
internal static class Certificates
{
    /// <exception cref="NodeStartException">A file is missing, or is no certificate or key.</exception>
    public static ServerCertificates Load(MainOptions options)
    {
        if (options.TlsCertificate?.Constant is not { Length: > 0 } certificate)
        {
            return new ServerCertificates();
        }

        var key = options.TlsPrivateKey?.Constant is { Length: > 0 } path ? path : certificate;
        try
        {
            using var pem = X509Certificate2.CreateFromPemFile(certificate, key);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificate);
            var certificates = new ServerCertificates();
            certificates.Use([X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null)], [.. chain.Skip(1)]);
            return certificates;
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException([$"tls_certificate {certificate}, tls_privatekey {key}: {error.Message}"]);
        }
    }
}
