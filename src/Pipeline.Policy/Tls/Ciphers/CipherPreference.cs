using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Authentication;

namespace Pipeline.Policy.Tls.Ciphers;

/// <summary>Protocols and cipher suites of a session: what <c>tls_require_ciphers</c> and its relatives come to. Immutable.</summary>
/// <param name="Protocols">TLS 1.2, TLS 1.3 or both.</param>
/// <param name="Suites">Null for what the system's policy allows.</param>
public sealed record CipherPreference(SslProtocols Protocols, CipherSuitesPolicy? Suites)
{
    /// <summary>No reasonable value is as long as this.</summary>
    private const int MaxLength = 4096;

    /// <summary>Values in use at a time. A value may be made by an expansion for each peer, and a policy of suites is worth keeping.</summary>
    private const int MaxKept = 100;

    private const int DhBitsOfEveryLibrary = 1024;

    private static readonly ConcurrentDictionary<(string Ciphers, SslProtocols Allowed, bool WithoutDhe), CipherPreference> Kept = new();

    private static SslProtocols Every => SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>Without any wish.</summary>
    public static CipherPreference Default { get; } = new(Every, null);

    /// <summary>Reads a value of <c>tls_require_ciphers</c>, in the language of OpenSSL or of GnuTLS: it tells itself which.</summary>
    /// <param name="ciphers">Null or empty for none.</param>
    /// <param name="options">A value of <c>openssl_options</c>; null or empty for none.</param>
    /// <param name="dhMinBits">The shortest Diffie-Hellman group (<c>tls_dh_min_bits</c>). Groups are not told to us: beyond what every library asks, none is used.</param>
    /// <returns>Null when it cannot be read or leaves nothing; <paramref name="problem"/> says why.</returns>
    public static CipherPreference? Read(string? ciphers, string? options, out string problem, int dhMinBits = 0)
    {
        problem = "";
        if (OpenSslOptions.Read(options ?? "", out problem) is not { } allowed)
        {
            return null;
        }

        var key = ((ciphers ?? "").Trim(), allowed, dhMinBits > DhBitsOfEveryLibrary);
        if (Kept.TryGetValue(key, out var known))
        {
            return known;
        }

        if (Make(key.Item1, key.allowed, key.Item3, out problem) is not { } made)
        {
            return null;
        }

        if (Kept.Count >= MaxKept)
        {
            Kept.Clear();
        }

        return Kept[key] = made;
    }

    /// <summary>The suites by OpenSSL's names, for tests; null when the value cannot be read.</summary>
    internal static IReadOnlyList<CipherSuite>? SuitesOf(string ciphers, out SslProtocols protocols, out string problem)
    {
        protocols = Every;
        problem = "";
        if (ciphers.Length > MaxLength)
        {
            problem = "the value is too long";
            return null;
        }

        if (!GnuTlsPriority.Is(ciphers))
        {
            return OpenSslCipherList.Read(ciphers, out problem);
        }

        if (GnuTlsPriority.Read(ciphers, out problem) is not var (suites, versions))
        {
            return null;
        }

        protocols = versions;
        return suites;
    }

    private static CipherPreference? Make(string ciphers, SslProtocols allowed, bool withoutDhe, out string problem)
    {
        problem = "";
        IReadOnlyList<CipherSuite>? suites = null;
        if (ciphers.Length > 0)
        {
            if ((suites = SuitesOf(ciphers, out var protocols, out problem)) is null)
            {
                return null;
            }

            allowed &= protocols;
        }

        if (withoutDhe)
        {
            suites = [.. (suites ?? CipherSuite.All).Where(suite => suite.KeyExchange != "DHE")];
        }

        if (suites is not null)
        {
            // A protocol without a suite would only be found out about in the middle of a handshake.
            allowed &= (suites.Any(suite => suite.IsTls13) ? SslProtocols.Tls13 : SslProtocols.None) | (suites.Any(suite => !suite.IsTls13) ? SslProtocols.Tls12 : SslProtocols.None);
        }

        if (allowed == SslProtocols.None)
        {
            problem = $"\"{ciphers}\" leaves no protocol that is done here: TLS 1.2 or TLS 1.3";
            return null;
        }

        // Other systems have no say in suites but their own settings.
        return new CipherPreference(allowed, suites is null || !OperatingSystem.IsLinux() ? null : new CipherSuitesPolicy(suites.Select(suite => suite.Id)));
    }
}
