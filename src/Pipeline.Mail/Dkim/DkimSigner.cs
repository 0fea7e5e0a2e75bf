using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Dkim;

/// <summary>Makes one DKIM-Signature field for one message (RFC 6376 section 5) in the layout of Exim.</summary>
/// <remarks>
/// Header first, then <see cref="Append"/> for the body exactly as it is sent but not dot-stuffed, then <see cref="Sign"/>. The signature field goes
/// above the message and must not be folded again. Signers of the same message share a <see cref="BodyHashSet"/>, which its owner feeds and finishes.
/// </remarks>
public sealed class DkimSigner : IDisposable
{
    private const int MaxFields = 1000;

    private readonly HeaderBlock _header;
    private readonly DkimSigningOptions _options;
    private readonly DateTimeOffset _now;
    private readonly BodyHashSet _bodyHashes;
    private readonly bool _ownsBodyHashes;
    private readonly int _bodyHash;
    private readonly ImmutableArray<string> _names;

    private DkimSigner(
        HeaderBlock header, DkimSigningOptions options, ImmutableArray<string> names, DateTimeOffset now, BodyHashSet bodyHashes, bool ownsBodyHashes, int bodyHash)
    {
        _names = names;
        _header = header;
        _options = options;
        _now = now;
        _bodyHashes = bodyHashes;
        _ownsBodyHashes = ownsBodyHashes;
        _bodyHash = bodyHash;
    }

    /// <returns>Null, and why, when this message cannot be signed so.</returns>
    public static DkimSigner? Create(
        HeaderBlock header, DkimSigningOptions options, TimeProvider time, out string problem, BodyHashSet? bodyHashes = null)
    {
        if (!DnsName.TryToAscii(options.Domain, out var domain) || !DnsName.IsHostLike(domain)
            || !DnsName.TryToAscii(options.Selector, out var selector) || !DnsName.IsHostLike(selector))
        {
            problem = "the domain or the selector is not a domain name";
            return null;
        }

        var hasIdentity = options.Identity is not null;
        var at = options.Identity?.LastIndexOf('@') ?? -1;
        if (hasIdentity && (at < 0 || !DnsName.IsAtOrBelow(options.Identity.AsSpan(at + 1), domain) || !DnsName.IsHostLike(options.Identity.AsSpan(at + 1))))
        {
            problem = "the identity is not an address in the signing domain";
            return null;
        }

        // A second From is what attacks on displays are made of; no signature should vouch for it (RFC 6376 section 8.15).
        if (header.IndexesOf("from").Length != 1)
        {
            problem = "the message does not have exactly one From field";
            return null;
        }

        var names = options.Headers.NamesFor(header);
        if (names.Length > MaxFields)
        {
            problem = $"more than {MaxFields} fields would be signed, which verifiers may refuse";
            return null;
        }

        var hashes = bodyHashes ?? new BodyHashSet(1);
        if (!hashes.TryRequest(options.BodyForm, null, out var bodyHash))
        {
            problem = "too many different body hashes are asked for";
            return null;
        }

        problem = "";
        var checkedOptions = options with { Domain = domain, Selector = selector };
        return new DkimSigner(header, checkedOptions, names, time.GetUtcNow(), hashes, bodyHashes is null, bodyHash);
    }

    /// <summary>The next octets of the body. Not to be called when the set of body hashes is shared.</summary>
    public void Append(ReadOnlySpan<byte> body) => _bodyHashes.Append(body);

    /// <summary>The whole field with its folds and its final CRLF.</summary>
    public byte[] Sign()
    {
        if (_ownsBodyHashes)
        {
            _bodyHashes.Finish();
        }

        var text = new FoldedTagWriter("DKIM-Signature: ");
        text.Tag("v", "1");
        text.Tag("a", _options.Key.Type == DkimKeyType.Rsa ? "rsa-sha256" : "ed25519-sha256");
        text.Tag("q", "dns/txt");
        text.Tag("c", $"{_options.HeaderForm.Word()}/{_options.BodyForm.Word()}");
        text.Tag("d", _options.Domain);
        text.Tag("s", _options.Selector);
        text.List("h", _names);
        text.Long("bh", Convert.ToBase64String(_bodyHashes.Read(_bodyHash).Digest.Span));
        if (_options.Identity is { } identity)
        {
            text.Tag("i", DkimQuotedPrintable.Encode(Encoding.UTF8.GetBytes(identity)));
        }

        var created = _now.ToUnixTimeSeconds();
        if (_options.Timestamp || _options.Lifetime is not null)
        {
            text.Tag("t", created.ToString(CultureInfo.InvariantCulture));
        }

        if (_options.Lifetime is { } lifetime)
        {
            text.Tag("x", (created + Math.Max(1, (long)lifetime.TotalSeconds)).ToString(CultureInfo.InvariantCulture));
        }

        text.Open("b");
        var unsigned = Encoding.ASCII.GetBytes(text.ToString());
        var colon = unsigned.AsSpan().IndexOf((byte)':');
        var field = new HeaderField(unsigned, colon, colon);
        var digest = HeaderHash.Compute(
            _header, [.. _names.Select(n => n.ToLowerInvariant())], _options.HeaderForm, field, signatureIndex: -1, signatureExtent: 0..0);
        text.Value(Convert.ToBase64String(_options.Key.Sign(digest)));
        return Encoding.ASCII.GetBytes($"{text}\r\n");
    }

    public void Dispose()
    {
        if (_ownsBodyHashes)
        {
            _bodyHashes.Dispose();
        }
    }
}
