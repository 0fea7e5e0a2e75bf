using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Node.Listeners;
using Pipeline.Node.Listeners.Tls;

namespace Pipeline.Node.Tests.Listeners;

/// <summary>Starts servers on loopback ports of the system's choice.</summary>
internal static class KestrelFixture
{
    public static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    public static Task<SmtpServer> StartAsync(
        FakeReceipt receipt,
        Func<ListenerOptions, ListenerOptions>? change = null,
        ServerCertificates? certificates = null,
        TimeProvider? time = null,
        TimeSpan? drainTimeout = null)
    {
        var options = new ListenerOptions { Endpoints = [new ListenerEndpoint(AnyPort)] };
        return SmtpServer.StartAsync(change?.Invoke(options) ?? options, receipt, certificates, time, drainTimeout ?? TimeSpan.FromSeconds(20));
    }

    /// <summary>A certificate that signs itself, for one name.</summary>
    public static X509Certificate2 Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
    }
}
