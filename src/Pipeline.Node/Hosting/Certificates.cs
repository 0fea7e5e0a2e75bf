using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Node.Listeners.Tls;
using Pipeline.Policy.Configuration;

namespace Pipeline.Node.Hosting;

/// <summary>A certificate with its key, and the others of its file.</summary>
internal sealed record LoadedCertificates(X509Certificate2? Certificate, X509Certificate2Collection Intermediates)
{
    public void PutInto(ServerCertificates certificates) => certificates.Use(Certificate is null ? [] : [Certificate], Intermediates);
}

/// <summary>Loads the certificate that the policy names (tls_certificate, tls_privatekey).</summary>
internal static class Certificates
{
    /// <param name="problem">Why it cannot be used: a file is missing, or is no certificate or key.</param>
    /// <returns>Null with a problem; without a certificate when the policy names none.</returns>
    public static LoadedCertificates? Load(MainOptions options, out string problem)
    {
        problem = "";
        if (options.TlsCertificate?.Constant is not { Length: > 0 } certificate)
        {
            return new LoadedCertificates(null, []);
        }

        var key = options.TlsPrivateKey?.Constant is { Length: > 0 } path ? path : certificate;
        try
        {
            using var pem = X509Certificate2.CreateFromPemFile(certificate, key);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificate);
            return new LoadedCertificates(X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null), [.. chain.Skip(1)]);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            problem = $"tls_certificate {certificate}, tls_privatekey {key}: {error.Message}";
            return null;
        }
    }
}
