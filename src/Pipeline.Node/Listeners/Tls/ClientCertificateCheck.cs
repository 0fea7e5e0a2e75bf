using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Policy.Tls;

namespace Pipeline.Node.Listeners.Tls;

/// <summary>Judges the certificate of one client during its handshake.</summary>
internal sealed class ClientCertificateCheck(ServerTlsTerms terms, TimeProvider time)
{
    /// <summary>What the client has shown; null when it has shown none.</summary>
    public X509Certificate2? Certificate { get; private set; }

    public bool Verified { get; private set; }

    /// <summary>Why there is no session; null when there may be one.</summary>
    public string? Refusal { get; private set; }

    public void PutInto(SslServerAuthenticationOptions options)
    {
        if (terms.ClientCertificate == ClientCertificateDemand.None)
        {
            return;
        }

        options.ClientCertificateRequired = true;
        options.CertificateChainPolicy = terms.Trust.ChainPolicy();
        options.RemoteCertificateValidationCallback = Judge;
    }

    private bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        // A copy: the session may be asked for it when the stream is gone.
        Certificate = certificate is null ? null : X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        var fault = terms.Trust.Judge(chain, errors, time.GetUtcNow());
        Verified = fault is null;
        if (Verified || terms.ClientCertificate != ClientCertificateDemand.Require)
        {
            return true;
        }

        Refusal = certificate is null ? "(certificate verification failed): certificate required" : $"(certificate verification failed): certificate invalid: {fault}";
        return false;
    }
}
