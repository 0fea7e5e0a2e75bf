using System.Net.Security;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Tls.Ciphers;

namespace Pipeline.Policy.Tls;

/// <summary>What the main options say of TLS with one client.</summary>
public static class ServerTlsPolicy
{
    /// <summary>The terms for the client of the scope.</summary>
    /// <returns>Without terms when the options cannot be gone by: then no session may be secured, and the problem says why, beginning with the option in parentheses.</returns>
    public static async ValueTask<(ServerTlsTerms? Terms, string Problem)> TermsAsync(
        MainOptions options, CertificateFiles files, EvaluationScope scope, CancellationToken cancellationToken)
    {
        var (demand, problem) = await DemandAsync(options, scope, cancellationToken);
        if (problem.Length > 0)
        {
            return (null, problem);
        }

        (var value, problem) = await TextAsync("tls_require_ciphers", options.TlsRequireCiphers, scope, cancellationToken);
        if (problem.Length > 0)
        {
            return (null, problem);
        }

        if (CipherPreference.Read(value, options.OpensslOptions, out problem) is not { } ciphers)
        {
            return (null, $"(tls_require_ciphers): {problem}");
        }

        (var protocols, problem) = await TextAsync("tls_alpn", options.TlsAlpn, scope, cancellationToken);
        (var requiresAlpn, problem) = problem.Length > 0 ? (false, problem) : await ContainsAsync("hosts_require_alpn", options.HostsRequireAlpn, scope, cancellationToken);
        if (problem.Length > 0)
        {
            return (null, problem);
        }

        var terms = new ServerTlsTerms
        {
            ClientCertificate = demand,
            Ciphers = ciphers,
            ApplicationProtocols = [.. ListSyntax.Split(protocols ?? "").Where(name => name.Length is > 0 and < 256).Select(name => new SslApplicationProtocol(OctetString.ToBytes(name)))],
            RequiresAlpn = requiresAlpn,

            // A certificate is judged anew each time: what it was judged by may have changed.
            Resumes = demand == ClientCertificateDemand.None && (await ContainsAsync("tls_resumption_hosts", options.TlsResumptionHosts, scope, cancellationToken)).Contains,
        };
        if (demand != ClientCertificateDemand.None)
        {
            var (trust, fault) = await TrustAsync(options, files, scope, cancellationToken);
            if (trust is null)
            {
                return (null, fault);
            }

            terms = terms with { Trust = trust };
        }

        return (terms, "");
    }

    private static async ValueTask<(ClientCertificateDemand Demand, string Problem)> DemandAsync(MainOptions options, EvaluationScope scope, CancellationToken cancellationToken)
    {
        var (required, problem) = await ContainsAsync("tls_verify_hosts", options.TlsVerifyHosts, scope, cancellationToken);
        if (required || problem.Length > 0)
        {
            return (ClientCertificateDemand.Require, problem);
        }

        (var tried, problem) = await ContainsAsync("tls_try_verify_hosts", options.TlsTryVerifyHosts, scope, cancellationToken);
        return (tried ? ClientCertificateDemand.Try : ClientCertificateDemand.None, problem);
    }

    /// <summary>Whether the client is in a list. One that cannot be decided now is a problem: to pass it over could let in whom it keeps out.</summary>
    private static async ValueTask<(bool Contains, string Problem)> ContainsAsync(
        string name, MailList? list, EvaluationScope scope, CancellationToken cancellationToken)
    {
        if (list is null)
        {
            return (false, "");
        }

        var result = await list.MatchClientAsync(scope, cancellationToken);
        return (result.IsMatch, result.IsDeferred ? $"({name}): {result.Message}" : "");
    }

    private static async ValueTask<(CertificateTrust? Trust, string Problem)> TrustAsync(
        MainOptions options, CertificateFiles files, EvaluationScope scope, CancellationToken cancellationToken)
    {
        var (certificates, problem) = await TextAsync("tls_verify_certificates", options.TlsVerifyCertificates, scope, cancellationToken);
        (var lists, problem) = problem.Length > 0 ? (null, problem) : await TextAsync("tls_crl", options.TlsCrl, scope, cancellationToken);
        if (problem.Length > 0)
        {
            return (null, problem);
        }

        var trust = CertificateTrust.Load(files, certificates ?? "system", lists, out var fault);
        return (trust, trust is null ? $"(tls_verify_certificates): {fault}" : "");
    }

    /// <summary>The value of an option; null when it is not set, is empty or is forced to fail, all of which are the same.</summary>
    private static async ValueTask<(string? Text, string Problem)> TextAsync(string name, ExpandableString? option, EvaluationScope scope, CancellationToken cancellationToken)
    {
        if (option is null)
        {
            return (null, "");
        }

        var result = await option.ExpandAsync(scope, cancellationToken);
        return result.IsSuccess || result.Outcome == ExpansionOutcome.ForcedFailure
            ? (result.Value.Length == 0 ? null : OctetString.ToText(result.Value), "")
            : (null, $"({name}): {result.Message}");
    }
}
