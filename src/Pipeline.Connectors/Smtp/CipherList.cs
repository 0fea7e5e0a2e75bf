using System.Net.Security;

namespace Pipeline.Connectors.Smtp;

/// <summary>tls_require_ciphers, as far as it names cipher suites one by one.</summary>
/// <remarks>
/// Keywords such as <c>HIGH</c> and operators such as <c>!</c> are a language of OpenSSL's own that the platform does not hand through. A list
/// that holds any is left to the platform's policy, which allows nothing that such lists are written to keep out.
/// </remarks>
internal static class CipherList
{
    private const int MaxNames = 64;

    /// <returns>Null for the platform's choice.</returns>
    public static CipherSuitesPolicy? Parse(string? list)
    {
        if (string.IsNullOrWhiteSpace(list) || OperatingSystem.IsWindows() || OperatingSystem.IsAndroid())
        {
            return null;
        }

        var suites = new List<TlsCipherSuite>();
        foreach (var range in list.AsSpan().SplitAny(':', ',', ' '))
        {
            var name = list.AsSpan()[range].Trim();
            if (name.IsEmpty)
            {
                continue;
            }

            if (suites.Count == MaxNames || !TryFind(name, out var suite))
            {
                return null;
            }

            suites.Add(suite);
        }

        return suites.Count == 0 ? null : new CipherSuitesPolicy(suites);
    }

    private static bool TryFind(ReadOnlySpan<char> name, out TlsCipherSuite suite)
    {
        suite = name switch
        {
            "ECDHE-ECDSA-AES128-GCM-SHA256" => TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            "ECDHE-ECDSA-AES256-GCM-SHA384" => TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            "ECDHE-ECDSA-CHACHA20-POLY1305" => TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
            "ECDHE-RSA-AES128-GCM-SHA256" => TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
            "ECDHE-RSA-AES256-GCM-SHA384" => TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            "ECDHE-RSA-CHACHA20-POLY1305" => TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
            "ECDHE-RSA-AES128-SHA256" => TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
            "ECDHE-RSA-AES256-SHA384" => TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
            "DHE-RSA-AES128-GCM-SHA256" => TlsCipherSuite.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256,
            "DHE-RSA-AES256-GCM-SHA384" => TlsCipherSuite.TLS_DHE_RSA_WITH_AES_256_GCM_SHA384,
            "AES128-GCM-SHA256" => TlsCipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256,
            "AES256-GCM-SHA384" => TlsCipherSuite.TLS_RSA_WITH_AES_256_GCM_SHA384,
            "TLS_AES_128_GCM_SHA256" => TlsCipherSuite.TLS_AES_128_GCM_SHA256,
            "TLS_AES_256_GCM_SHA384" => TlsCipherSuite.TLS_AES_256_GCM_SHA384,
            "TLS_CHACHA20_POLY1305_SHA256" => TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
            _ => TlsCipherSuite.TLS_NULL_WITH_NULL_NULL,
        };
        return suite != TlsCipherSuite.TLS_NULL_WITH_NULL_NULL;
    }
}
