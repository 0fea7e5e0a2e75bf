using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Pipeline.Mail.Arc;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dmarc;
using Pipeline.Mail.Spf;

namespace Pipeline.Mail.AuthResults;

/// <summary>Writes an Authentication-Results field (RFC 8601) from what the checks found.</summary>
/// <remarks>
/// Elements stand in a fixed order, whatever the order of the calls: local, iprev, auth, spf, dkim, dmarc, arc. All values come from peers and are
/// quoted or escaped; none can end its element. Line ends are LF, the form in which headers are stored, and there is none at the end.
/// </remarks>
public sealed class AuthResultsWriter
{
    private const int MaxFieldLength = 64 * 1024;
    private const int MaxResults = 100;
    private const int SignaturePrefixLength = 8;
    private const string ElementStart = ";\n\t";
    private const string DetailStart = "\n\t\t";

    private readonly string _id;
    private readonly AuthResultsStyle _style;
    private readonly List<(Slot Slot, string Text)> _elements = [];

    private AuthResultsWriter(string id, AuthResultsStyle style)
    {
        _id = id;
        _style = style;
    }

    private enum Slot
    {
        Local,
        Iprev,
        Auth,
        Spf,
        Dkim,
        Dmarc,
        Arc,
    }

    private bool IsExim => _style == AuthResultsStyle.Exim492;

    /// <param name="authServId">The name under which this system vouches; quoted when it is not a token.</param>
    /// <returns>Null when the name is empty or holds a control character.</returns>
    public static AuthResultsWriter? Create(string authServId, AuthResultsStyle style) =>
        authServId.Length == 0 || authServId.Any(char.IsControl) ? null : new AuthResultsWriter(AuthResultsText.Value(authServId), style);

    /// <summary>A message that did not come by SMTP. Not a registered method; Exim writes it.</summary>
    public void AddLocal(string? authenticatedId)
    {
        var user = string.IsNullOrEmpty(authenticatedId) ? "" : $" u={Value(authenticatedId)}";
        _elements.Add((Slot.Local, $"local=pass (non-smtp, {_id}){user}"));
    }

    public void AddIprev(IprevResult result)
    {
        var address = result.Client.ToString();
        var name = result.Verdict == IprevVerdict.Pass && result.HostName is { } host ? $" ({AuthResultsText.Comment(host)})" : "";
        var word = result.Verdict switch
        {
            IprevVerdict.Pass => "pass",
            IprevVerdict.TempError => "temperror",
            IprevVerdict.PermError when !IsExim => "permerror",
            _ => "fail",
        };
        _elements.Add((Slot.Iprev, IsExim
            ? $"iprev={word}{name} smtp.remote-ip={Value(address)}"
            : $"iprev={word}{name} policy.iprev={Value(address)}"));
    }

    public void AddAuthentication(ClientAuthentication client)
    {
        var text = client.IsCertificate
            ? client.Id.Length > 0 ? $"auth=pass (tls) x509.auth={Value(client.Id)}" : "auth=pass (tls) reason=x509.auth"
            : $"auth=pass ({AuthResultsText.Comment(client.Authenticator)}) smtp.auth={Value(client.Id)}";
        if (client.MailAuth is { } mailAuth && !client.IsCertificate)
        {
            text += $" smtp.mailfrom={Value(mailAuth)}";
        }

        _elements.Add((Slot.Auth, text));
    }

    public void AddSpf(SpfResult result)
    {
        var guess = result.IsGuess && IsExim ? " (best guess record for domain)" : "";
        var identity =
            result.Identity == "mailfrom" ? $"smtp.mailfrom={Value(result.CheckedDomain)}"
            : IsExim ? "smtp.mailfrom=<>"
            : $"smtp.helo={Value(result.CheckedDomain)}";
        _elements.Add((Slot.Spf, $"spf={result.Word}{guess} {identity}"));
    }

    /// <summary>One element for each signature, in order; for none, <c>dkim=none</c> in the style of the RFC and nothing in that of Exim.</summary>
    public void AddDkim(ImmutableArray<DkimResult> results)
    {
        if (results.IsEmpty && !IsExim)
        {
            _elements.Add((Slot.Dkim, "dkim=none"));
        }

        // Two signatures of one domain and selector are told apart by the start of b= (RFC 6008).
        var seen = results.Take(MaxResults).CountBy(r => (r.Domain, r.Selector)).ToDictionary(p => p.Key, p => p.Value);
        foreach (var result in results.Take(MaxResults))
        {
            AddDkim(result, needsPrefix: seen[(result.Domain, result.Selector)] > 1, null, null);
        }
    }

    /// <summary>A signature whose status an ACL has set to something else than the verifier found.</summary>
    public void AddOverriddenDkim(DkimResult result, string status, string reason) => AddDkim(result, needsPrefix: false, status, reason);

    /// <param name="client">The host the message came from, which whoever reads the sealed field may want to know (RFC 8617 section 10.1).</param>
    public void AddArc(ArcResult result, IPAddress? client)
    {
        var text = new StringBuilder("arc=").Append(result.Word);
        if (IsExim)
        {
            // Reasons are words of this program, with brackets in pairs: they stand as they are, without the blank where an instance comes before.
            text.Append(result.Instances > 0 ? string.Create(CultureInfo.InvariantCulture, $" (i={result.Instances})") : "");
            text.Append(result.Reason.Length > 0 ? $"{(result.Instances > 0 ? "" : " ")}({result.Reason})" : "");
            if (result.Instances > 0)
            {
                AppendPair(text, " header.s=", result.Selector);
                text.Append(CultureInfo.InvariantCulture, $" arc.oldest-pass={result.OldestPass}");
                AppendPair(text, " smtp.remote-ip=", client?.ToString());
            }
        }
        else
        {
            text.Append(result.Reason.Length > 0 ? $" reason={AuthResultsText.Quoted(result.Reason)}" : "");
            AppendPair(text, " smtp.remote-ip=", client?.ToString());
            if (result.State == ArcState.Pass)
            {
                // Where all verify, RFC 8617 section 5.2 says 0.
                text.Append(CultureInfo.InvariantCulture, $" header.oldest-pass={(result.OldestPass == 1 ? 0 : result.OldestPass)}");
            }
        }

        _elements.Add((Slot.Arc, text.ToString()));
    }

    public void AddDmarc(DmarcResult result)
    {
        var hasAuthor = !result.Author.Domains.IsEmpty;
        var word = result.Verdict switch
        {
            // Exim has no word for a failure that nobody is to act on.
            DmarcVerdict.Fail when IsExim && result.Policy == DmarcPolicy.None => "none",
            DmarcVerdict.None when !hasAuthor => IsExim ? "temperror" : "permerror",
            _ => result.Word,
        };
        AddDmarc(word, IsExim || result.Record is null ? "" : $" policy.dmarc={result.RequestedPolicy.Word}", result.AuthorDomain);
    }

    /// <summary>A message that DMARC is not asked about, though the policy asked: nothing in the style of the RFC, which has no word for it.</summary>
    public void AddSkippedDmarc(string authorDomain)
    {
        if (IsExim)
        {
            AddDmarc("skipped", "", authorDomain);
        }
    }

    /// <summary>The whole field, <c>Authentication-Results: id; ...</c>; with no element at all, <c>none</c>.</summary>
    public override string ToString()
    {
        var field = new StringBuilder("Authentication-Results: ").Append(_id);
        var count = 0;
        foreach (var (_, text) in _elements.OrderBy(e => e.Slot))
        {
            // What does not fit is left out whole: half an element would say something else.
            if (count == MaxResults || field.Length + ElementStart.Length + text.Length > MaxFieldLength)
            {
                break;
            }

            field.Append(ElementStart).Append(text);
            count++;
        }

        return count == 0 ? field.Append("; none").ToString() : field.ToString();
    }

    private string Value(string value) => IsExim ? AuthResultsText.LooseValue(value) : AuthResultsText.Value(value);

    private void AddDkim(DkimResult result, bool needsPrefix, string? status, string? reason)
    {
        var text = new StringBuilder("dkim=");
        if (IsExim)
        {
            AppendEximWord(text, result, status, reason);
        }
        else
        {
            var word = status is null ? result.Word : "policy";
            text.Append(word);
            if (word != "pass")
            {
                text.Append(" reason=").Append(AuthResultsText.Quoted(reason ?? result.Reason));
            }
        }

        AppendPair(text, " header.d=", result.Domain);
        AppendPair(text, " header.i=", result.Identity);
        AppendPair(text, " header.s=", result.Selector);
        AppendPair(text, " header.a=", result.Algorithm);
        if (needsPrefix && !IsExim && result.Signature is { } signature)
        {
            var prefix = Convert.ToBase64String(signature.SignatureValue.Span);
            AppendPair(text, " header.b=", prefix[..Math.Min(SignaturePrefixLength, prefix.Length)]);
        }

        _elements.Add((Slot.Dkim, text.ToString()));
    }

    private void AddDmarc(string word, string policy, string authorDomain) =>
        _elements.Add((Slot.Dmarc, $"dmarc={word}{policy}{(authorDomain.Length == 0 ? "" : $" header.from={Value(authorDomain)}")}"));

    private void AppendPair(StringBuilder text, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            text.Append(name).Append(Value(value));
        }
    }

    private static void AppendEximWord(StringBuilder text, DkimResult result, string? status, string? reason)
    {
        if (status is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"policy ({AuthResultsText.Comment(status)} - {AuthResultsText.Comment(reason ?? "")})");
            return;
        }

        if (result.Verdict is DkimVerdict.Pass or DkimVerdict.None)
        {
            text.Append(result.Word);
            return;
        }

        var (word, comment) = result.Failure switch
        {
            DkimFailure.KeyUnavailable or DkimFailure.KeyMissing => ("tmperror", "pubkey unavailable"),
            DkimFailure.KeyOverlong => ("permerror", "overlong public key record"),
            DkimFailure.KeyInvalid => ("neutral", "public key record import problem"),
            DkimFailure.SignatureInvalid => ("neutral", "signature tag missing or invalid"),
            DkimFailure.UnsupportedVersion => ("neutral", "unsupported DKIM version"),
            DkimFailure.BodyHashMismatch => ("fail", "body hash mismatch; body probably modified in transit"),
            DkimFailure.SignatureMismatch => ("fail", "signature did not verify; headers probably modified in transit"),
            DkimFailure.KeyTooShort => ("fail", $"public key too short: {result.KeyBits} bits"),
            _ => (result.Word, result.Reason),
        };
        text.Append(CultureInfo.InvariantCulture, $"{word} ({AuthResultsText.Comment(comment)})").Append(DetailStart);
    }
}
