using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Tls.Ciphers;

namespace Pipeline.Policy.Transports;

/// <summary>The TLS options of the smtp transport.</summary>
internal sealed class SmtpTlsOptions
{
    /// <summary>The shortest Diffie-Hellman group when <c>tls_dh_min_bits</c> is not set.</summary>
    private const int DefaultDhMinBits = 1024;

    private readonly ExpandableString? _certificate;
    private readonly ExpandableString? _privateKey;
    private readonly ExpandableString? _revocationList;
    private readonly ExpandableString? _ciphers;
    private readonly ExpandableString? _daneCiphers;
    private readonly ExpandableString? _serverName;
    private readonly ExpandableString _verifyCertificates;
    private readonly bool _tryClear;
    private readonly int _dhMinBits;
    private readonly ExpandableString? _alpn;

    public SmtpTlsOptions(DriverOptions options)
    {
        _certificate = options.GetExpandable("tls_certificate");
        _privateKey = options.GetExpandable("tls_privatekey");
        _revocationList = options.GetExpandable("tls_crl");
        _ciphers = options.GetExpandable("tls_require_ciphers");
        _daneCiphers = options.GetExpandable("dane_require_tls_ciphers");
        _serverName = options.GetExpandable("tls_sni");
        _verifyCertificates = options.GetExpandable("tls_verify_certificates", "system");
        _tryClear = options.GetBool("tls_tempfail_tryclear", true);
        _dhMinBits = options.GetInt32("tls_dh_min_bits", DefaultDhMinBits);
        _alpn = options.GetExpandable("tls_alpn");
        foreach (var (name, ciphers) in new[] { ("tls_require_ciphers", _ciphers), ("dane_require_tls_ciphers", _daneCiphers) })
        {
            if (CipherPreference.Read(ciphers?.Constant, null, out var problem) is null)
            {
                options.Report($"{name}: {problem}", name);
            }
        }
    }

    public async ValueTask<ExpandedSmtpTls> ExpandAsync(OptionExpansion expansion, SmtpHostLists lists) => new()
    {
        Require = lists.Check("hosts_require_tls", expansion.Scope),
        Avoid = lists.Check("hosts_avoid_tls", expansion.Scope),
        AvoidInCallouts = lists.Check("hosts_verify_avoid_tls", expansion.Scope),
        TryDane = lists.Check("hosts_try_dane", expansion.Scope),
        RequireDane = lists.Check("hosts_require_dane", expansion.Scope),
        DaneCiphers = await TextAsync(expansion, "dane_require_tls_ciphers", _daneCiphers),
        Verify = lists.Check("tls_verify_hosts", expansion.Scope),
        TryVerify = lists.Check("tls_try_verify_hosts", expansion.Scope),
        VerifyHostnames = lists.Check("tls_verify_cert_hostnames", expansion.Scope),
        VerifyCertificates = await TextAsync(expansion, "tls_verify_certificates", _verifyCertificates) ?? "system",
        Certificate = await TextAsync(expansion, "tls_certificate", _certificate),
        PrivateKey = await TextAsync(expansion, "tls_privatekey", _privateKey),
        RevocationList = await TextAsync(expansion, "tls_crl", _revocationList),
        ServerNameIndication = await TextAsync(expansion, "tls_sni", _serverName),
        Ciphers = await TextAsync(expansion, "tls_require_ciphers", _ciphers),
        DhMinBits = _dhMinBits,
        Alpn = await TextAsync(expansion, "tls_alpn", _alpn),
        RequireAlpn = lists.Check("hosts_require_alpn", expansion.Scope),
        Resume = lists.Check("tls_resumption_hosts", expansion.Scope),
        LibraryOptions = expansion.Scope.Environment.Policy.MainOptions.OpensslOptions,
        TemporaryFailureTryClear = _tryClear,
    };

    // An empty value is as good as none.
    private static async ValueTask<string?> TextAsync(OptionExpansion expansion, string name, ExpandableString? text) =>
        await expansion.TextAsync(name, text) is { Length: > 0 } value ? value : null;
}
