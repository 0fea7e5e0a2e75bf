namespace Pipeline.Policy.Tls.Ciphers;

/// <summary>A cipher list in the language of OpenSSL (openssl-ciphers(1)): <c>HIGH:!aNULL:!MD5</c>, <c>ECDHE+AESGCM:@STRENGTH</c>.</summary>
/// <remarks>It says nothing of TLS 1.3, whose suites stay, unless it names some of them. Words that OpenSSL does not know it passes over, and so does this.</remarks>
internal static class OpenSslCipherList
{
    private const string Strength = "@STRENGTH";
    private const string SecurityLevel = "@SECLEVEL=";

    /// <returns>The suites in their order; null when none is left, as OpenSSL has it.</returns>
    public static List<CipherSuite>? Read(string text, out string problem)
    {
        problem = "";
        var chosen = new List<CipherSuite>();
        var killed = new HashSet<CipherSuite>();
        var tls13 = new List<CipherSuite>();
        var level = 0;
        foreach (var range in text.AsSpan().SplitAny(':', ',', ' ', ';'))
        {
            // Old lists have the security level behind a word, not behind a separator.
            var item = text.AsSpan()[range].Trim().ToString();
            if (item.IndexOf('@', StringComparison.Ordinal) is > 0 and var at)
            {
                Apply(item[..at], chosen, killed, tls13);
                item = item[at..];
            }

            if (item == Strength)
            {
                chosen = [.. chosen.OrderByDescending(suite => suite.Bits)];
            }
            else if (item.StartsWith(SecurityLevel, StringComparison.Ordinal))
            {
                if (item.Length != SecurityLevel.Length + 1 || item[^1] is < '0' or > '5')
                {
                    problem = $"\"{item}\" is no security level";
                    return null;
                }

                level = item[^1] - '0';
            }
            else if (item.StartsWith('@'))
            {
                problem = $"\"{item}\" is not known";
                return null;
            }
            else if (item.Length > 0)
            {
                Apply(item, chosen, killed, tls13);
            }
        }

        chosen.RemoveAll(suite => !IsStrong(suite, level));
        if (chosen.Count == 0 && tls13.Count == 0)
        {
            problem = $"no cipher match in \"{text}\"";
            return null;
        }

        return [.. (tls13.Count > 0 ? tls13 : CipherSuite.All.Where(suite => suite.IsTls13)).Where(suite => IsStrong(suite, level)), .. chosen];
    }

    private static void Apply(string item, List<CipherSuite> chosen, HashSet<CipherSuite> killed, List<CipherSuite> tls13)
    {
        var word = item.TrimStart('!', '-', '+');
        if (CipherSuite.All.FirstOrDefault(suite => suite.IsTls13 && suite.Name == word) is { } modern)
        {
            if (word.Length == item.Length && !tls13.Contains(modern))
            {
                tls13.Add(modern);
            }

            return;
        }

        var meant = CipherSuite.All.Where(suite => !suite.IsTls13 && Matches(suite, word)).ToList();
        switch (item[0])
        {
            case '!':
                killed.UnionWith(meant);
                chosen.RemoveAll(meant.Contains);
                break;
            case '-':
                chosen.RemoveAll(meant.Contains);
                break;
            case '+':
                var moved = chosen.Where(meant.Contains).ToList();
                chosen.RemoveAll(moved.Contains);
                chosen.AddRange(moved);
                break;
            default:
                chosen.AddRange(meant.Where(suite => !killed.Contains(suite) && !chosen.Contains(suite)));
                break;
        }
    }

    /// <summary>All words that are joined by plus signs must be true of it.</summary>
    private static bool Matches(CipherSuite suite, string words)
    {
        foreach (var word in words.Split('+'))
        {
            if (suite.Name != word && !Has(suite, word))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Has(CipherSuite suite, string word) => word switch
    {
        "ALL" or "DEFAULT" or "HIGH" or "COMPLEMENTOFNULL" or "FIPS" => true,
        "kRSA" => suite.KeyExchange == "RSA",
        "RSA" => suite.KeyExchange == "RSA" || suite.Authentication == "RSA",
        "aRSA" => suite.Authentication == "RSA",
        "aECDSA" or "ECDSA" => suite.Authentication == "ECDSA",
        "ECDHE" or "EECDH" or "kECDHE" or "kEECDH" or "ECDH" => suite.KeyExchange == "ECDHE",
        "DHE" or "EDH" or "kDHE" or "kEDH" or "DH" => suite.KeyExchange == "DHE",
        "AES" => suite.Cipher.StartsWith("AES", StringComparison.Ordinal),
        "AES128" => suite.Cipher.StartsWith("AES-128", StringComparison.Ordinal),
        "AES256" => suite.Cipher.StartsWith("AES-256", StringComparison.Ordinal),
        "AESGCM" => suite.Cipher.EndsWith("GCM", StringComparison.Ordinal),
        "AESCCM" => suite.Cipher.EndsWith("CCM", StringComparison.Ordinal),
        "CBC" => suite.Cipher.EndsWith("CBC", StringComparison.Ordinal),
        "CHACHA20" => suite.Cipher.StartsWith("CHACHA20", StringComparison.Ordinal),
        "SHA" or "SHA1" => suite.Mac == "SHA1",
        "SHA256" => suite.Mac == "SHA256",
        "SHA384" => suite.Mac == "SHA384",
        "TLSv1.2" => suite.Since == "TLSv1.2",
        "TLSv1" or "TLSv1.0" => suite.Since == "TLSv1",
        "SSLv3" => suite.Since == "SSLv3",
        "SUITEB128ONLY" => suite is { Authentication: "ECDSA", KeyExchange: "ECDHE", Cipher: "AES-128-GCM" },
        _ => false,
    };

    /// <summary>What SSL_CTX_set_security_level(3) says of suites; what it says of keys is left to the library.</summary>
    private static bool IsStrong(CipherSuite suite, int level) => level switch
    {
        >= 5 => suite.Bits >= 256 && suite.KeyExchange != "RSA",
        4 => suite.Bits >= 192 && suite.KeyExchange != "RSA" && suite.Mac != "SHA1",
        3 => suite.KeyExchange != "RSA",
        _ => true,
    };
}
