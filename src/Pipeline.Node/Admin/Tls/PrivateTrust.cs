using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pipeline.Node.Admin.Tls;

/// <summary>How a certificate of a private authority is checked: that authority and no other, and nothing is fetched from anywhere.</summary>
internal static class PrivateTrust
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>For certificates that callers show.</summary>
    public static X509ChainPolicy ForClients(X509Certificate2Collection authorities, DateTimeOffset now) => Policy(authorities, ClientAuthentication, now);

    /// <summary>For certificates that nodes show.</summary>
    public static X509ChainPolicy ForServers(X509Certificate2Collection authorities, DateTimeOffset now) => Policy(authorities, ServerAuthentication, now);

    private static X509ChainPolicy Policy(X509Certificate2Collection authorities, string usage, DateTimeOffset now)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTime = now.LocalDateTime,
        };
        policy.CustomTrustStore.AddRange(authorities);
        policy.ApplicationPolicy.Add(new Oid(usage));
        return policy;
    }
}
