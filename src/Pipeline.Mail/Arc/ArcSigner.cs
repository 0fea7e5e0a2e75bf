using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Pipeline.Mail.AuthResults;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Arc;

/// <summary>Seals a message: adds one ARC set (RFC 8617 section 5.1).</summary>
public sealed class ArcSigner : IChainSigner
{
    private const int MaxFields = 1000;

    private readonly ArcSigningOptions _options;
    private readonly OwnResults _results;
    private readonly ArcState _chainStatus;
    private readonly int _instance;
    private readonly DateTimeOffset _now;
    private readonly BodyHashSet _bodyHashes;
    private readonly int _bodyHash;

    private ArcSigner(
        ArcSigningOptions options, OwnResults results, ArcState chainStatus, int instance, DateTimeOffset now, BodyHashSet bodyHashes, int bodyHash)
    {
        _options = options;
        _results = results;
        _chainStatus = chainStatus;
        _instance = instance;
        _now = now;
        _bodyHashes = bodyHashes;
        _bodyHash = bodyHash;
    }

    private string Algorithm => _options.Key.Type == DkimKeyType.Rsa ? "rsa-sha256" : "ed25519-sha256";

    /// <param name="header">Of the message as it will be sent; DKIM signatures of this hop may come later.</param>
    /// <param name="bodyHashes">The owner feeds and finishes it before <see cref="Sign"/>.</param>
    /// <returns>Null, and why, when this message cannot be sealed so; it may be sent as it is.</returns>
    public static ArcSigner? Create(
        HeaderBlock header, ArcSigningOptions options, TimeProvider time, BodyHashSet bodyHashes, out string problem)
    {
        if (!DnsName.TryToAscii(options.Domain, out var domain) || !DnsName.IsHostLike(domain)
            || !DnsName.TryToAscii(options.Selector, out var selector) || !DnsName.IsHostLike(selector))
        {
            problem = "the domain or the selector is not a domain name";
            return null;
        }

        if (OwnResults.Collect(header, options.AuthServId ?? domain) is not { } results)
        {
            problem = "no Authentication-Results header for signing";
            return null;
        }

        var chain = ArcChain.Collect(header, ArcLimits.Default);
        if (ChainStatus(chain, results, out problem) is not { } status)
        {
            return null;
        }

        if (options.Headers.NamesFor(header, oversignFrom: false).Length > MaxFields)
        {
            problem = $"more than {MaxFields} fields would be signed, which verifiers may refuse";
            return null;
        }

        if (!bodyHashes.TryRequest(options.BodyForm, null, out var bodyHash))
        {
            problem = "too many different body hashes are asked for";
            return null;
        }

        var checkedOptions = options with { Domain = domain, Selector = selector };
        return new ArcSigner(checkedOptions, results, status, chain.Instances + 1, time.GetUtcNow(), bodyHashes, bodyHash);
    }

    /// <summary>ARC-Seal, ARC-Message-Signature and ARC-Authentication-Results, in this order from the top.</summary>
    public byte[] Sign(HeaderBlock header)
    {
        var results = Field($"ARC-Authentication-Results: i={_instance}; {AuthResultsText.Value(_results.AuthServId)};\r\n\t{_results.Text}");
        var signature = SignMessage(header);
        var seal = Seal(header, results, signature);
        return [.. seal.Raw.Span, .. "\r\n"u8, .. signature.Raw.Span, .. "\r\n"u8, .. results.Raw.Span, .. "\r\n"u8];
    }

    /// <summary>cv=, or null when no set may be added.</summary>
    private static ArcState? ChainStatus(ArcChain chain, OwnResults results, out string problem)
    {
        problem = "";
        if (chain.HasEnded)
        {
            // RFC 8617 section 5.1: nothing that comes after a seal with cv=fail could be believed.
            problem = "the newest seal says that the chain has failed";
            return null;
        }

        if (chain.Instances >= ArcLimits.MaxInstances)
        {
            problem = $"the chain has {ArcLimits.MaxInstances} sets already";
            return null;
        }

        switch (chain.Verdict?.State)
        {
            case ArcState.None:
                return ArcState.None;
            case ArcState.Fail when chain.Sets.IsEmpty:
                problem = "no instance can be given: the ARC fields of the message cannot be read, or are too many";
                return null;
            case ArcState.Fail:
                return ArcState.Fail;
        }

        // A chain that could be valid is sealed by what was found on entry, where the message was still as the sealers before had sent it.
        if (results.Chain is ArcState.Pass or ArcState.Fail)
        {
            return results.Chain;
        }

        problem = results.Chain == ArcState.TempError
            ? "the chain could not be verified when the message came"
            : "no Authentication-Results header says whether the chain of the message passes (verify = arc)";
        return null;
    }

    private HeaderField SignMessage(HeaderBlock header)
    {
        var names = _options.Headers.NamesFor(header, oversignFrom: false);
        var text = new FoldedTagWriter("ARC-Message-Signature: ");
        text.Tag("i", _instance.ToString(CultureInfo.InvariantCulture));
        text.Tag("a", Algorithm);
        text.Tag("c", $"{_options.HeaderForm.Word()}/{_options.BodyForm.Word()}");
        text.Tag("d", _options.Domain);
        text.Tag("s", _options.Selector);
        WriteTimestamp(text);
        if (_options.Expires is { } expires)
        {
            text.Tag("x", expires.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        }

        text.Long("bh", Convert.ToBase64String(_bodyHashes.Read(_bodyHash).Digest.Span));
        text.List("h", names);
        text.Open("b");
        var digest = HeaderHash.Compute(
            header, [.. names.Select(name => name.ToLowerInvariant())], _options.HeaderForm, Field(text.ToString()), signatureIndex: -1, signatureExtent: 0..0);
        text.Value(Convert.ToBase64String(_options.Key.Sign(digest)));
        return Field(text.ToString());
    }

    private HeaderField Seal(HeaderBlock header, HeaderField results, HeaderField signature)
    {
        var text = new FoldedTagWriter("ARC-Seal: ");
        text.Tag("i", _instance.ToString(CultureInfo.InvariantCulture));
        text.Tag("a", Algorithm);
        text.Tag("cv", _chainStatus.Word());
        text.Tag("d", _options.Domain);
        text.Tag("s", _options.Selector);
        WriteTimestamp(text);
        text.Open("b");
        using var hash = new ArcSealHash();

        // A chain that has failed may be malformed: its last seal covers its own set as if there were no other (RFC 8617 section 5.1.2).
        foreach (var set in _chainStatus == ArcState.Pass ? ArcChain.Collect(header, ArcLimits.Default).Sets : ImmutableArray<ArcSet>.Empty)
        {
            hash.Append(header[set.ResultsIndex]);
            hash.Append(header[set.MessageSignatureIndex]);
            hash.Append(header[set.SealIndex]);
        }

        hash.Append(results);
        hash.Append(signature);
        text.Value(Convert.ToBase64String(_options.Key.Sign(hash.DigestWith(Field(text.ToString()), 0..0))));
        return Field(text.ToString());
    }

    private void WriteTimestamp(FoldedTagWriter text)
    {
        if (_options.Timestamp)
        {
            text.Tag("t", _now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>One char for each octet: results may hold octets beyond ASCII.</summary>
    private static HeaderField Field(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return new HeaderField(Encoding.Latin1.GetBytes(text), colon, colon);
    }
}
