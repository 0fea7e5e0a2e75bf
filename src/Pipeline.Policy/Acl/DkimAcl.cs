using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Pipeline.Mail.Dkim;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Acl;

/// <summary>One run of the DKIM ACL.</summary>
/// <param name="Signer">The item of <c>dkim_verify_signers</c>: a domain, or an identity with an at-sign.</param>
/// <param name="Result">The signature it is about; null when the message has none of this signer.</param>
public sealed record DkimAclTurn(string Signer, DkimResult? Result);

/// <summary>What an ACL has made of a signature, in the words of the configuration language.</summary>
/// <param name="Status">none, invalid, fail, pass, or whatever the ACL has set.</param>
public sealed record DkimStatus(string Status, string Reason);

/// <summary>The variables around <c>acl_smtp_dkim</c>, which runs once for each signer before the DATA ACL.</summary>
public static class DkimAcl
{
    /// <summary>Runs for one message: each may wait for lookups.</summary>
    private const int MaxTurns = 100;

    private const string NoLimit = "9999999999999";

    /// <summary>Variables that one turn sets and that mean nothing behind it.</summary>
    private static readonly string[] OfOneTurn =
    [
        "dkim_cur_signer", "dkim_domain", "dkim_identity", "dkim_selector", "dkim_algo", "dkim_canon_body", "dkim_canon_headers", "dkim_copiedheaders",
        "dkim_bodylength", "dkim_created", "dkim_expires", "dkim_headernames", "dkim_key_testing", "dkim_key_nosubdomains", "dkim_key_srvtype",
        "dkim_key_granularity", "dkim_key_notes", "dkim_key_length", "dkim_verify_reason",
    ];

    /// <summary>Sets <c>$dkim_signers</c>: the d= and i= of every signature that could be read, each once.</summary>
    public static void ShowSigners(MessageScope message, IReadOnlyList<DkimResult> results)
    {
        var list = new StringBuilder();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var signer in results.SelectMany(result => (string?[])[result.Domain, result.Identity]))
        {
            if (!string.IsNullOrEmpty(signer) && seen.Add(signer))
            {
                ListSyntax.Append(list, OctetString.FromText(signer), ':', first: list.Length == 0);
            }
        }

        message.ConditionVariables["dkim_signers"] = list.ToString();
    }

    /// <summary>The runs that a list of signers makes: one for each signature of a signer, or one without when there is none.</summary>
    /// <param name="signers"><c>dkim_verify_signers</c>, expanded. Items compare in any letter case, and a repeated one counts once.</param>
    public static ImmutableArray<DkimAclTurn> Turns(string signers, IReadOnlyList<DkimResult> results)
    {
        var turns = ImmutableArray.CreateBuilder<DkimAclTurn>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var signer in ListSyntax.Split(signers))
        {
            if (signer.Length == 0 || turns.Count >= MaxTurns || !seen.Add(signer))
            {
                continue;
            }

            var before = turns.Count;
            foreach (var result in results)
            {
                if (turns.Count < MaxTurns && IsBy(result, OctetString.ToText(signer)))
                {
                    turns.Add(new DkimAclTurn(signer, result));
                }
            }

            if (turns.Count == before)
            {
                turns.Add(new DkimAclTurn(signer, null));
            }
        }

        return turns.ToImmutable();
    }

    /// <summary>Sets the variables for one run.</summary>
    public static void Begin(MessageScope message, DkimAclTurn turn)
    {
        var (signature, key) = (turn.Result?.Signature, turn.Result?.Key);
        var status = StatusOf(message, turn.Result);
        Set("dkim_cur_signer", turn.Signer);
        Set("dkim_verify_status", status.Status);
        Set("dkim_verify_reason", status.Reason);
        Set("dkim_domain", turn.Result?.Domain);
        Set("dkim_identity", turn.Result?.Identity);
        Set("dkim_selector", turn.Result?.Selector);
        Set("dkim_algo", turn.Result?.Algorithm);
        Set("dkim_canon_body", Form(signature?.BodyForm));
        Set("dkim_canon_headers", Form(signature?.HeaderForm));
        Set("dkim_copiedheaders", signature?.CopiedHeaders);
        Set("dkim_bodylength", Number(signature?.BodyLength, NoLimit));
        Set("dkim_created", Number(signature?.Created, "0"));
        Set("dkim_expires", Number(signature?.Expires, NoLimit));
        Set("dkim_headernames", signature is null ? "" : string.Join(':', signature.HeaderNames));
        Set("dkim_key_testing", key is { IsTesting: true } ? "1" : "0");
        Set("dkim_key_nosubdomains", key is { RequiresSameDomain: true } ? "1" : "0");
        Set("dkim_key_srvtype", key?.ServiceType ?? "*");
        Set("dkim_key_granularity", key?.Granularity ?? "*");
        Set("dkim_key_notes", key?.Notes);
        Set("dkim_key_length", (turn.Result?.KeyBits ?? 0).ToString(CultureInfo.InvariantCulture));

        void Set(string name, string? value) => message.ConditionVariables[name] = OctetString.FromText(value ?? "");
    }

    /// <summary>Keeps what the run has <c>set</c> the status and the reason to, when it is not what was found.</summary>
    public static void End(MessageScope message, DkimAclTurn turn)
    {
        var status = new DkimStatus(
            OctetString.ToText(message.ConditionVariables["dkim_verify_status"]), OctetString.ToText(message.ConditionVariables["dkim_verify_reason"]));
        if (turn.Result is not { } result)
        {
            return;
        }

        if (status == Found(result))
        {
            message.DkimOverrides.Remove(result);
        }
        else
        {
            message.DkimOverrides[result] = status;
        }
    }

    /// <summary>Leaves behind what later ACLs see: <c>$dkim_verify_status</c> is the list of all statuses, and no signer is the current one.</summary>
    public static void Finish(MessageScope message, IReadOnlyList<DkimResult> results)
    {
        foreach (var name in OfOneTurn)
        {
            message.ConditionVariables.Remove(name);
        }

        message.ConditionVariables["dkim_verify_status"] = results.Count == 0
            ? "none"
            : string.Join(':', results.Select(result => OctetString.FromText(StatusOf(message, result).Status)));
    }

    /// <summary>Whether a signature is of a signer: by d=, or by i= when the signer has an at-sign.</summary>
    internal static bool IsBy(DkimResult result, string signer) =>
        signer.Equals(signer.Contains('@', StringComparison.Ordinal) ? result.Identity : result.Domain, StringComparison.OrdinalIgnoreCase);

    /// <summary>The status of a signature as an ACL has left it, or as it was found.</summary>
    internal static DkimStatus StatusOf(MessageScope message, DkimResult? result) =>
        result is null ? new DkimStatus("none", "")
        : message.DkimOverrides.TryGetValue(result, out var set) ? set
        : Found(result);

    private static DkimStatus Found(DkimResult result) => new(Word(result), Reason(result));

    // The configuration language has four words for what RFC 8601 has seven for.
    private static string Word(DkimResult result) => result.Verdict switch
    {
        DkimVerdict.None => "none",
        DkimVerdict.Pass => "pass",
        DkimVerdict.Fail => "fail",
        _ => "invalid",
    };

    private static string Reason(DkimResult result) => result.Failure switch
    {
        DkimFailure.KeyUnavailable or DkimFailure.KeyMissing => "pubkey_unavailable",
        DkimFailure.KeyInvalid when result.Key is not null => "pubkey_der_syntax",
        DkimFailure.KeyInvalid or DkimFailure.KeyOverlong => "pubkey_dns_syntax",
        DkimFailure.KeyTooShort => "pubkey_too_short",
        DkimFailure.BodyHashMismatch => "bodyhash_mismatch",
        DkimFailure.SignatureMismatch => "signature_incorrect",
        _ => "",
    };

    private static string Form(CanonicalForm? form) => form switch
    {
        null => "",
        CanonicalForm.Simple => "simple",
        _ => "relaxed",
    };

    private static string Number(ulong? value, string absent) => value?.ToString(CultureInfo.InvariantCulture) ?? absent;
}
