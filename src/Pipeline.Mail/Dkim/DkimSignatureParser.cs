using System.Collections.Immutable;
using System.Text;
using Pipeline.Mail.Dns;

namespace Pipeline.Mail.Dkim;

/// <summary>Reads and checks a DKIM-Signature field without looking at the message or at DNS (RFC 6376 sections 3.5 and 6.1.1).</summary>
public static class DkimSignatureParser
{
    /// <param name="value">The value of the field, folds included.</param>
    /// <param name="result">When there is no signature: the result to report, with what could be read of it.</param>
    public static DkimSignature? Parse(ReadOnlyMemory<byte> value, DkimLimits limits, out DkimResult? result)
    {
        result = null;
        if (value.Length > limits.MaxTagListBytes)
        {
            result = Refuse(null, DkimVerdict.Neutral, $"the signature field is longer than {limits.MaxTagListBytes} octets");
            return null;
        }

        if (!TagList.TryParse(value, limits.MaxTags, out var tags, out var problem))
        {
            result = Refuse(null, DkimVerdict.PermError, $"the signature cannot be read: {problem}");
            return null;
        }

        return Read(tags, limits, SignatureRules.Dkim, out result);
    }

    /// <summary>Reads a signature from the tags of its field.</summary>
    internal static DkimSignature? Read(TagList tags, DkimLimits limits, SignatureRules rules, out DkimResult? refusal)
    {
        refusal = null;
        if (rules.HasVersion && (!tags.TryGet("v"u8, out var version) || !version.SequenceEqual("1"u8)))
        {
            refusal = Refuse(tags, DkimVerdict.PermError, "v= is not 1", DkimFailure.UnsupportedVersion);
            return null;
        }

        if (SignatureTags.ReadAlgorithm(tags, out var problem) is not { } algorithm
            || !TryReadForms(tags, out var headerForm, out var bodyForm, ref problem)
            || !SignatureTags.TryReadDomain(tags, "d"u8, out var domain, ref problem)
            || !SignatureTags.TryReadDomain(tags, "s"u8, out var selector, ref problem)
            || !TryReadIdentity(tags, rules, domain, out var identity, out var identityDomain, ref problem)
            || !TryReadHash(tags, out var bodyHash, ref problem)
            || !SignatureTags.TryReadSignature(tags, out var signature, ref problem)
            || !SignatureTags.TryReadNumber(tags, "l"u8, out var length, ref problem)
            || !SignatureTags.TryReadNumber(tags, "t"u8, out var created, ref problem)
            || !SignatureTags.TryReadNumber(tags, "x"u8, out var expires, ref problem)
            || !AllowsDnsQuery(tags, ref problem))
        {
            refusal = Refuse(tags, DkimVerdict.PermError, problem);
            return null;
        }

        if (created is { } t && expires is { } x && x <= t)
        {
            refusal = Refuse(tags, DkimVerdict.PermError, "x= is not after t=");
            return null;
        }

        if (ReadHeaderNames(tags, limits, rules, out refusal) is not { } names)
        {
            return null;
        }

        return new DkimSignature
        {
            Algorithm = algorithm,
            SignatureValue = signature,
            SignatureExtent = tags.ExtentOf("b"u8),
            BodyHash = bodyHash,
            HeaderForm = headerForm,
            BodyForm = bodyForm,
            Domain = domain,
            Selector = selector,
            HeaderNames = names,
            Identity = identity,
            IdentityDomain = identityDomain,
            BodyLength = length,
            Created = created,
            Expires = expires,
            CopiedHeaders = tags.Text("z"u8),
        };
    }

    private static DkimResult Refuse(TagList? tags, DkimVerdict verdict, string reason, DkimFailure failure = DkimFailure.SignatureInvalid)
    {
        // What is shown of a field that was refused goes into headers and logs: only what has the form of a name.
        var domain = tags?.Text("d"u8) is { } d && DnsName.TryToAscii(d, out var da) && DnsName.IsHostLike(da) ? da : "";
        var selector = tags?.Text("s"u8) is { } s && DnsName.TryToAscii(s, out var sa) && DnsName.IsHostLike(sa) ? sa : "";
        var algorithm = tags?.Text("a"u8) is { Length: <= 32 } a && a.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? a : "";
        return new DkimResult(verdict, domain, selector, null, algorithm, 0, reason) { Failure = failure };
    }

    private static bool TryReadForms(TagList tags, out CanonicalForm header, out CanonicalForm body, ref string problem)
    {
        (header, body) = (CanonicalForm.Simple, CanonicalForm.Simple);
        if (!tags.TryGet("c"u8, out var value))
        {
            return true;
        }

        var slash = value.IndexOf((byte)'/');
        if (TryReadForm(slash < 0 ? value : value[..slash], out header) && (slash < 0 || TryReadForm(value[(slash + 1)..], out body)))
        {
            return true;
        }

        problem = "c= names an unknown canonicalisation";
        return false;
    }

    private static bool TryReadForm(ReadOnlySpan<byte> word, out CanonicalForm form)
    {
        form = word.SequenceEqual("relaxed"u8) ? CanonicalForm.Relaxed : CanonicalForm.Simple;
        return form == CanonicalForm.Relaxed || word.SequenceEqual("simple"u8);
    }

    private static bool TryReadIdentity(TagList tags, SignatureRules rules, string domain, out string? identity, out string identityDomain, ref string problem)
    {
        (identity, identityDomain) = (null, domain);
        if (!rules.HasIdentity || !tags.TryGet("i"u8, out var value))
        {
            return true;
        }

        if (!DkimQuotedPrintable.TryDecode(value, out var decoded))
        {
            problem = "i= is not valid dkim-quoted-printable";
            return false;
        }

        var text = Encoding.UTF8.GetString(decoded);
        var at = text.LastIndexOf('@');
        if (at < 0 || !DnsName.TryToAscii(text[(at + 1)..], out identityDomain) || !DnsName.IsHostLike(identityDomain))
        {
            problem = "i= is not an address";
            return false;
        }

        if (!DnsName.IsAtOrBelow(identityDomain, domain))
        {
            problem = "the domain of i= is neither d= nor below it";
            return false;
        }

        identity = $"{text[..at]}@{identityDomain}";
        return true;
    }

    private static bool TryReadHash(TagList tags, out byte[] bodyHash, ref string problem)
    {
        bodyHash = [];
        if (!tags.TryGet("bh"u8, out var text))
        {
            problem = "the required tag bh= is missing";
            return false;
        }

        if (!TagValue.TryDecodeBase64(text, out bodyHash) || bodyHash.Length != System.Security.Cryptography.SHA256.HashSizeInBytes)
        {
            problem = "bh= is not the base64 text of a SHA-256 hash";
            return false;
        }

        return true;
    }

    /// <summary>q= lists ways to find the key; at least one must be dns/txt. Options behind the type are for types not yet defined.</summary>
    private static bool AllowsDnsQuery(TagList tags, ref string problem)
    {
        if (!tags.TryGet("q"u8, out var list) || TagValue.ListContains(list, "dns/txt"u8))
        {
            return true;
        }

        problem = "q= offers no way to fetch the key that is known here";
        return false;
    }

    private static ImmutableArray<string>? ReadHeaderNames(TagList tags, DkimLimits limits, SignatureRules rules, out DkimResult? refusal)
    {
        refusal = null;
        if (!tags.TryGet("h"u8, out var list))
        {
            refusal = Refuse(tags, DkimVerdict.PermError, "the required tag h= is missing");
            return null;
        }

        if (list.Count((byte)':') >= limits.MaxHeaderNames)
        {
            refusal = Refuse(tags, DkimVerdict.Neutral, $"h= has more than {limits.MaxHeaderNames} names");
            return null;
        }

        var names = ImmutableArray.CreateBuilder<string>();
        var atEnd = false;
        while (TagValue.TryTakeElement(ref list, ref atEnd, out var name))
        {
            if (name.IsEmpty || name.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
            {
                refusal = Refuse(tags, DkimVerdict.PermError, "h= holds an empty or malformed name");
                return null;
            }

            names.Add(Encoding.ASCII.GetString(name).ToLowerInvariant());
        }

        if (!names.Contains("from"))
        {
            refusal = Refuse(tags, DkimVerdict.PermError, "h= does not list From");
            return null;
        }

        if (rules.ForbiddenName is { } forbidden && names.Contains(forbidden))
        {
            refusal = Refuse(tags, DkimVerdict.PermError, $"h= lists {forbidden}");
            return null;
        }

        return names.ToImmutable();
    }
}
