using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Pipeline.Connectors.Smtp.Dane;
using Pipeline.Mail.Dns;
using Pipeline.Policy.Tls;

namespace Pipeline.Fuzz;

/// <summary>What is read of certificates that peers show, and of lists that take them back.</summary>
internal static class TlsTargets
{
    private static readonly string[] Fields =
    [
        "version", "serial_number", "subject", "subject,>;", "issuer,CN", "notbefore", "notafter,int", "sig_algorithm", "signature", "subj_altname", "ocsp_uri", "crl_uri",
    ];

    private static readonly X509Certificate2 Peer = X509CertificateLoader.LoadCertificate(Certificates()[0]);

    public static FuzzTarget[] All { get; } =
    [
        new("certificate", ReadCertificate, Certificates(), AllocationFactor: 512),
        new("distinguished-name", input => _ = DistinguishedNameText.Of(new X500DistinguishedName(input)), Names(), AllocationFactor: 512),
        new("tlsa-record", JudgeByRecord, [.. Certificates().SelectMany(raw => new byte[][] { [2, 0, 0, .. raw], [3, 0, 1, .. SHA256.HashData(raw)], [2, 1, 2, .. SHA512.HashData(raw)] })], AllocationFactor: 512),
        new("revocation-list", ReadRevocationList, [MakeRevocationList()], AllocationFactor: 512),
    ];

    private static void ReadCertificate(ReadOnlySpan<byte> input)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(input);
            foreach (var field in Fields)
            {
                Targets.Require(CertificateField.TryRead(certificate, field, out _), "the field is known");
            }
        }
        catch (CryptographicException)
        {
            // The platform's own reader refuses it: in a handshake it would never have come this far.
        }
    }

    private static void JudgeByRecord(ReadOnlySpan<byte> input)
    {
        if (input.Length < 3)
        {
            return;
        }

        var records = new TlsaRecords([new TlsaRecord(input[0], input[1], input[2], input[3..].ToArray())]);
        if (!records.Usable.IsEmpty && DaneCertificates.Judge(records.Usable, Peer, [Peer], "mx.example.com", DateTimeOffset.UnixEpoch.AddYears(56)) is null)
        {
            var subject = input[1] == 0 ? Peer.RawData : Peer.PublicKey.ExportSubjectPublicKeyInfo();
            var meant = input[2] switch { 1 => SHA256.HashData(subject), 2 => SHA512.HashData(subject), _ => subject };
            Targets.Require(input[0] == TlsaRecords.TrustAnchor || input[3..].SequenceEqual(meant), "a certificate that is named itself is the one of the peer");
        }
    }

    private static void ReadRevocationList(ReadOnlySpan<byte> input)
    {
        try
        {
            _ = RevocationList.Parse(input.ToArray());
        }
        catch (CryptographicException)
        {
            // That is how it says no.
        }
    }

    private static byte[][] Certificates()
    {
        var assembly = typeof(TlsTargets).Assembly;
        var seeds = new List<byte[]>();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".pem", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.ASCII);
            using var certificate = X509Certificate2.CreateFromPem(reader.ReadToEnd());
            seeds.Add(certificate.RawData);
        }

        return [.. seeds];
    }

    private static byte[][] Names() => [.. Certificates().Select(raw => X509CertificateLoader.LoadCertificate(raw).SubjectName.RawData)];

    private static byte[] MakeRevocationList()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = new X500DistinguishedName("CN=authority");
        var list = new CertificateRevocationListBuilder();
        list.AddEntry([1, 2, 3]);
        list.AddEntry([4, 5]);
        var authority = X509AuthorityKeyIdentifierExtension.CreateFromIssuerNameAndSerialNumber(name, [1]);
        return list.Build(name, X509SignatureGenerator.CreateForECDsa(key), 1, DateTimeOffset.UnixEpoch.AddYears(80), HashAlgorithmName.SHA256, authority, DateTimeOffset.UnixEpoch);
    }
}
