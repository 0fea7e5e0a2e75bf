using System.Collections.Immutable;
using System.Net.Security;

namespace Pipeline.Policy.Tls.Ciphers;

/// <summary>A cipher suite that a session may have, with what the languages of both TLS libraries say of it.</summary>
/// <param name="Name">OpenSSL's name.</param>
/// <param name="KeyExchange">ECDHE, DHE or RSA; empty with TLS 1.3, where suites say nothing of it.</param>
/// <param name="Authentication">ECDSA or RSA; empty with TLS 1.3.</param>
/// <param name="Cipher">GnuTLS's name: AES-128-GCM and so on.</param>
/// <param name="Mac">AEAD, SHA1, SHA256 or SHA384.</param>
/// <param name="Since">The oldest protocol that has it, in OpenSSL's words.</param>
/// <param name="Bits">Of the key.</param>
internal sealed record CipherSuite(
    TlsCipherSuite Id, string Name, string KeyExchange, string Authentication, string Cipher, string Mac, string Since, int Bits)
{
    /// <summary>All that may be, the best first. What neither library would take by default is not among them.</summary>
    public static ImmutableArray<CipherSuite> All { get; } =
    [
        Tls13(TlsCipherSuite.TLS_AES_256_GCM_SHA384, "AES-256-GCM", 256),
        Tls13(TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, "CHACHA20-POLY1305", 256),
        Tls13(TlsCipherSuite.TLS_AES_128_GCM_SHA256, "AES-128-GCM", 128),
        Aead(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE", "ECDSA", "AES-256-GCM", 256),
        Aead(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE", "RSA", "AES-256-GCM", 256),
        Aead(TlsCipherSuite.TLS_DHE_RSA_WITH_AES_256_GCM_SHA384, "DHE-RSA-AES256-GCM-SHA384", "DHE", "RSA", "AES-256-GCM", 256),
        Aead(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE", "ECDSA", "CHACHA20-POLY1305", 256),
        Aead(TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-RSA-CHACHA20-POLY1305", "ECDHE", "RSA", "CHACHA20-POLY1305", 256),
        Aead(TlsCipherSuite.TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256, "DHE-RSA-CHACHA20-POLY1305", "DHE", "RSA", "CHACHA20-POLY1305", 256),
        Aead(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CCM, "ECDHE-ECDSA-AES256-CCM", "ECDHE", "ECDSA", "AES-256-CCM", 256),
        Aead(TlsCipherSuite.TLS_DHE_RSA_WITH_AES_256_CCM, "DHE-RSA-AES256-CCM", "DHE", "RSA", "AES-256-CCM", 256),
        Aead(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE", "ECDSA", "AES-128-GCM", 128),
        Aead(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE", "RSA", "AES-128-GCM", 128),
        Aead(TlsCipherSuite.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, "DHE-RSA-AES128-GCM-SHA256", "DHE", "RSA", "AES-128-GCM", 128),
        Aead(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CCM, "ECDHE-ECDSA-AES128-CCM", "ECDHE", "ECDSA", "AES-128-CCM", 128),
        Aead(TlsCipherSuite.TLS_DHE_RSA_WITH_AES_128_CCM, "DHE-RSA-AES128-CCM", "DHE", "RSA", "AES-128-CCM", 128),
        Cbc(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, "ECDHE-ECDSA-AES256-SHA384", "ECDHE", "ECDSA", "AES-256-CBC", "SHA384", 256),
        Cbc(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384, "ECDHE-RSA-AES256-SHA384", "ECDHE", "RSA", "AES-256-CBC", "SHA384", 256),
        Cbc(TlsCipherSuite.TLS_DHE_RSA_WITH_AES_256_CBC_SHA256, "DHE-RSA-AES256-SHA256", "DHE", "RSA", "AES-256-CBC", "SHA256", 256),
        Cbc(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, "ECDHE-ECDSA-AES128-SHA256", "ECDHE", "ECDSA", "AES-128-CBC", "SHA256", 128),
        Cbc(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, "ECDHE-RSA-AES128-SHA256", "ECDHE", "RSA", "AES-128-CBC", "SHA256", 128),
        Cbc(TlsCipherSuite.TLS_DHE_RSA_WITH_AES_128_CBC_SHA256, "DHE-RSA-AES128-SHA256", "DHE", "RSA", "AES-128-CBC", "SHA256", 128),
        Cbc(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, "ECDHE-ECDSA-AES256-SHA", "ECDHE", "ECDSA", "AES-256-CBC", "SHA1", 256, "TLSv1"),
        Cbc(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, "ECDHE-RSA-AES256-SHA", "ECDHE", "RSA", "AES-256-CBC", "SHA1", 256, "TLSv1"),
        Cbc(TlsCipherSuite.TLS_DHE_RSA_WITH_AES_256_CBC_SHA, "DHE-RSA-AES256-SHA", "DHE", "RSA", "AES-256-CBC", "SHA1", 256, "SSLv3"),
        Cbc(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, "ECDHE-ECDSA-AES128-SHA", "ECDHE", "ECDSA", "AES-128-CBC", "SHA1", 128, "TLSv1"),
        Cbc(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, "ECDHE-RSA-AES128-SHA", "ECDHE", "RSA", "AES-128-CBC", "SHA1", 128, "TLSv1"),
        Cbc(TlsCipherSuite.TLS_DHE_RSA_WITH_AES_128_CBC_SHA, "DHE-RSA-AES128-SHA", "DHE", "RSA", "AES-128-CBC", "SHA1", 128, "SSLv3"),
        Aead(TlsCipherSuite.TLS_RSA_WITH_AES_256_GCM_SHA384, "AES256-GCM-SHA384", "RSA", "RSA", "AES-256-GCM", 256),
        Aead(TlsCipherSuite.TLS_RSA_WITH_AES_256_CCM, "AES256-CCM", "RSA", "RSA", "AES-256-CCM", 256),
        Aead(TlsCipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256, "AES128-GCM-SHA256", "RSA", "RSA", "AES-128-GCM", 128),
        Aead(TlsCipherSuite.TLS_RSA_WITH_AES_128_CCM, "AES128-CCM", "RSA", "RSA", "AES-128-CCM", 128),
        Cbc(TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA256, "AES256-SHA256", "RSA", "RSA", "AES-256-CBC", "SHA256", 256),
        Cbc(TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA256, "AES128-SHA256", "RSA", "RSA", "AES-128-CBC", "SHA256", 128),
        Cbc(TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA, "AES256-SHA", "RSA", "RSA", "AES-256-CBC", "SHA1", 256, "SSLv3"),
        Cbc(TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA, "AES128-SHA", "RSA", "RSA", "AES-128-CBC", "SHA1", 128, "SSLv3"),
    ];

    public bool IsTls13 => KeyExchange.Length == 0;

    private static CipherSuite Tls13(TlsCipherSuite id, string cipher, int bits) => new(id, id.ToString(), "", "", cipher, "AEAD", "TLSv1.3", bits);

    private static CipherSuite Aead(TlsCipherSuite id, string name, string keyExchange, string authentication, string cipher, int bits) =>
        new(id, name, keyExchange, authentication, cipher, "AEAD", "TLSv1.2", bits);

    private static CipherSuite Cbc(
        TlsCipherSuite id, string name, string keyExchange, string authentication, string cipher, string mac, int bits, string since = "TLSv1.2") =>
        new(id, name, keyExchange, authentication, cipher, mac, since, bits);
}
