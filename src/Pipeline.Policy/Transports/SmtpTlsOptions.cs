using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Transports;

/// <summary>The TLS options of the smtp transport.</summary>
internal sealed class SmtpTlsOptions(DriverOptions options)
{
    private readonly ExpandableString? _certificate = options.GetExpandable("tls_certificate");
    private readonly ExpandableString? _privateKey = options.GetExpandable("tls_privatekey");
    private readonly ExpandableString? _revocationList = options.GetExpandable("tls_crl");
    private readonly ExpandableString? _ciphers = options.GetExpandable("tls_require_ciphers");
    private readonly ExpandableString? _serverName = options.GetExpandable("tls_sni");
    private readonly ExpandableString _verifyCertificates = options.GetExpandable("tls_verify_certificates", "system");
    private readonly bool _tryClear = options.GetBool("tls_tempfail_tryclear", true);

    public async ValueTask<ExpandedSmtpTls> ExpandAsync(OptionExpansion expansion, SmtpHostLists lists) => new()
    {
        Require = lists.Check("hosts_require_tls", expansion.Scope),
        Avoid = lists.Check("hosts_avoid_tls", expansion.Scope),
        AvoidInCallouts = lists.Check("hosts_verify_avoid_tls", expansion.Scope),
        Verify = lists.Check("tls_verify_hosts", expansion.Scope),
        TryVerify = lists.Check("tls_try_verify_hosts", expansion.Scope),
        VerifyHostnames = lists.Check("tls_verify_cert_hostnames", expansion.Scope),
        VerifyCertificates = await TextAsync(expansion, "tls_verify_certificates", _verifyCertificates) ?? "system",
        Certificate = await TextAsync(expansion, "tls_certificate", _certificate),
        PrivateKey = await TextAsync(expansion, "tls_privatekey", _privateKey),
        RevocationList = await TextAsync(expansion, "tls_crl", _revocationList),
        ServerNameIndication = await TextAsync(expansion, "tls_sni", _serverName),
        Ciphers = await TextAsync(expansion, "tls_require_ciphers", _ciphers),
        TemporaryFailureTryClear = _tryClear,
    };

    // An empty value is as good as none.
    private static async ValueTask<string?> TextAsync(OptionExpansion expansion, string name, ExpandableString? text) =>
        await expansion.TextAsync(name, text) is { Length: > 0 } value ? value : null;
}
