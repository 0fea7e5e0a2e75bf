using System.Security.Authentication;

namespace Pipeline.Policy.Tls.Ciphers;

/// <summary>A priority string in the language of GnuTLS (its manual, "Priority strings"): <c>NORMAL:-VERS-TLS1.0:%SERVER_PRECEDENCE</c>.</summary>
internal static class GnuTlsPriority
{
    private static readonly string[] Keywords =
    [
        "NORMAL", "PERFORMANCE", "LEGACY", "PFS", "SECURE", "SECURE128", "SECURE192", "SECURE256", "SUITEB128", "SUITEB192", "SYSTEM", "NONE",
    ];

    private static readonly string[] Ciphers = ["AES-256-GCM", "CHACHA20-POLY1305", "AES-256-CCM", "AES-256-CBC", "AES-128-GCM", "AES-128-CCM", "AES-128-CBC"];

    private static readonly string[] Macs = ["AEAD", "SHA1", "SHA256", "SHA384"];

    private static readonly string[] KeyExchanges = ["ECDHE-ECDSA", "ECDHE-RSA", "DHE-RSA", "RSA"];

    private static readonly string[] Versions = ["TLS1.2", "TLS1.3"];

    // Names of what no suite here has: taking them away or asking for them changes nothing.
    private static readonly string[] OtherNames =
    [
        "3DES-CBC", "ARCFOUR-128", "ARCFOUR-40", "AES-192-CBC", "AES-128-CCM-8", "AES-256-CCM-8", "AES-192-GCM", "CAMELLIA-128-CBC", "CAMELLIA-192-CBC", "CAMELLIA-256-CBC",
        "CAMELLIA-128-GCM", "CAMELLIA-256-GCM", "DES-CBC", "RC2-40", "NULL", "MD5", "UMAC-96", "UMAC-128", "SHA512", "GOST28147-TC26Z-CNT", "DHE-DSS", "ANON-DH",
        "ANON-ECDH", "PSK", "DHE-PSK", "ECDHE-PSK", "RSA-PSK", "SRP", "SRP-RSA", "SRP-DSS", "RSA-EXPORT", "VKO-GOST-12", "EXPORT",
    ];

    private static readonly string[] OtherKinds = ["SIGN-", "CURVE-", "GROUP-", "CTYPE-", "COMP-", "VERS-DTLS", "VERS-SSL3.0", "VERS-TLS1.0", "VERS-TLS1.1"];

    private static readonly string[] Options =
    [
        "COMPAT", "NO_EXTENSIONS", "FORCE_ETM", "NO_ETM", "DISABLE_SAFE_RENEGOTIATION", "UNSAFE_RENEGOTIATION", "PARTIAL_RENEGOTIATION", "SAFE_RENEGOTIATION",
        "FALLBACK_SCSV", "DISABLE_WILDCARDS", "NO_TICKETS", "NO_TICKETS_TLS12", "DISABLE_TLS13_COMPAT_MODE", "FORCE_SESSION_HASH", "NO_SESSION_HASH", "DUMBFW",
        "SSL3_RECORD_VERSION", "LATEST_RECORD_VERSION", "SERVER_PRECEDENCE", "STATELESS_COMPRESSION", "VERIFY_ALLOW_SIGN_RSA_MD5", "VERIFY_ALLOW_SIGN_WITH_SHA1",
        "VERIFY_ALLOW_BROKEN", "VERIFY_DISABLE_CRL_CHECKS", "VERIFY_ALLOW_X509_V1_CA_CRT", "ALLOW_SMALL_RECORDS", "PROFILE_LOW", "PROFILE_LEGACY", "PROFILE_MEDIUM",
        "PROFILE_HIGH", "PROFILE_ULTRA", "PROFILE_FUTURE", "PROFILE_SUITEB128", "PROFILE_SUITEB192", "PROFILE_VERY_WEAK",
    ];

    /// <summary>The text is in this language: it begins with one of its keywords.</summary>
    public static bool Is(string text)
    {
        var end = text.AsSpan().IndexOfAny(':', ',');
        var first = (end < 0 ? text : text[..end]).Trim();
        return first.StartsWith('@') || Keywords.Contains(first.TrimStart('+'), StringComparer.Ordinal);
    }

    /// <returns>The suites in their order and the protocols; null when the text cannot be read.</returns>
    public static (List<CipherSuite> Suites, SslProtocols Protocols)? Read(string text, out string problem)
    {
        var (ciphers, macs, exchanges, versions) = (new HashSet<string>(), new HashSet<string>(), new HashSet<string>(), new HashSet<string>());
        problem = "";
        var position = 0;
        foreach (var element in text.Split(':', ','))
        {
            var item = element.Trim();
            if (item.Length > 0 && !(position == 0 && item[0] == '@') && !Apply(item, position == 0))
            {
                problem = $"\"{item}\" in \"{text}\" is not known";
                return null;
            }

            // What @NAME stands for is in a file of that library; its own default is what nearly every such file says.
            if (position == 0 && item.StartsWith('@'))
            {
                Keyword("NORMAL");
            }

            position++;
        }

        var protocols = (versions.Contains("TLS1.2") ? SslProtocols.Tls12 : SslProtocols.None) | (versions.Contains("TLS1.3") ? SslProtocols.Tls13 : SslProtocols.None);
        return ([.. CipherSuite.All.Where(suite => ciphers.Contains(suite.Cipher) && macs.Contains(suite.Mac) && (suite.IsTls13 || exchanges.Contains(Exchange(suite))))], protocols);

        bool Apply(string item, bool first)
        {
            if (item[0] == '%')
            {
                return Options.Contains(item[1..], StringComparer.Ordinal);
            }

            var adds = item[0] == '+' || first;
            if (!adds && item[0] is not ('-' or '!'))
            {
                return false;
            }

            var name = item.TrimStart('+', '-', '!');
            return Keywords.Contains(name, StringComparer.Ordinal)
                ? adds && Keyword(name)
                : Change(name, adds) || OtherNames.Contains(name, StringComparer.Ordinal) || OtherKinds.Any(kind => name.StartsWith(kind, StringComparison.Ordinal));
        }

        bool Change(string name, bool adds) =>
            ChangeAll(name, "CIPHER-ALL", "", Ciphers, ciphers, adds) | ChangeAll(name, "MAC-ALL", "", Macs, macs, adds) | ChangeAll(name, "KX-ALL", "", KeyExchanges, exchanges, adds)
                | ChangeAll(name, "VERS-ALL", "VERS-", Versions, versions, adds) | ChangeAll(name, "VERS-TLS-ALL", "VERS-", Versions, versions, adds);

        bool Keyword(string name)
        {
            if (name == "NONE")
            {
                return true;
            }

            var onlyStrong = name is "SECURE192" or "SECURE256" or "SUITEB192";
            ciphers.UnionWith(name.StartsWith("SUITEB", StringComparison.Ordinal)
                ? Ciphers.Where(cipher => cipher == "AES-256-GCM" || (!onlyStrong && cipher == "AES-128-GCM"))
                : Ciphers.Where(cipher => !onlyStrong || !cipher.StartsWith("AES-128", StringComparison.Ordinal)));
            macs.UnionWith(Macs.Where(mac => !onlyStrong || mac is "AEAD" or "SHA384"));
            exchanges.UnionWith(KeyExchanges.Where(exchange => name switch
            {
                "PFS" => exchange != "RSA",
                "SUITEB128" or "SUITEB192" => exchange == "ECDHE-ECDSA",
                _ => true,
            }));
            versions.UnionWith(Versions);
            return true;
        }
    }

    private static bool ChangeAll(string name, string every, string prefix, string[] known, HashSet<string> set, bool adds)
    {
        var meant = name == every ? known : known.Where(one => prefix + one == name);
        var any = false;
        foreach (var one in meant)
        {
            any = true;
            _ = adds ? set.Add(one) : set.Remove(one);
        }

        return any;
    }

    private static string Exchange(CipherSuite suite) => suite.KeyExchange == "RSA" ? "RSA" : $"{suite.KeyExchange}-{suite.Authentication}";
}
