using Pipeline.Mail.Dkim.Crypto;

namespace Pipeline.Mail.Dkim;

/// <summary>A key record (RFC 6376 section 3.6.1).</summary>
public sealed record DkimKeyRecord
{
    /// <summary>k=: rsa or ed25519.</summary>
    public required DkimKeyType KeyType { get; init; }

    /// <summary>p= decoded; empty when the key was revoked.</summary>
    public required ReadOnlyMemory<byte> KeyData { get; init; }

    /// <summary>h= lists hashes, and sha256 is not one of them.</summary>
    public bool RefusesSha256 { get; init; }

    /// <summary>s= holds neither * nor email.</summary>
    public bool IsForOtherService { get; init; }

    /// <summary>t=y.</summary>
    public bool IsTesting { get; init; }

    /// <summary>t=s: i= may not be in a subdomain of d=.</summary>
    public bool RequiresSameDomain { get; init; }

    /// <summary>n=.</summary>
    public string Notes { get; init; } = "";

    /// <summary>s= as written, * by default.</summary>
    public string ServiceType { get; init; } = "*";

    /// <summary>g= as written (RFC 4871; without effect since RFC 6376), * by default.</summary>
    public string Granularity { get; init; } = "*";

    /// <summary>Reads one TXT record, its strings joined.</summary>
    /// <param name="looksLikeKey">Whether the text claims to be a key; an SPF record under the same name does not.</param>
    public static bool TryParse(ReadOnlyMemory<byte> text, DkimLimits limits, out DkimKeyRecord record, out bool looksLikeKey, out string problem)
    {
        record = null!;
        looksLikeKey = text.Span.StartsWith("v=DKIM1"u8);
        if (text.Length > limits.MaxTagListBytes)
        {
            problem = "the record is too long";
            return false;
        }

        if (!TagList.TryParse(text, limits.MaxTags, out var tags, out problem))
        {
            return false;
        }

        if (tags.TryGet("v"u8, out var version) && (tags.FirstName != "v" || !version.SequenceEqual("DKIM1"u8)))
        {
            problem = "v= is not DKIM1 at the start of the record";
            return false;
        }

        if (!tags.TryGet("p"u8, out var keyText))
        {
            problem = "p= is missing";
            return false;
        }

        looksLikeKey = true;
        if (ReadKeyType(tags) is not { } keyType)
        {
            problem = "k= names an unknown type of key";
            return false;
        }

        byte[] key = [];
        if (keyText.Length > limits.MaxKeyTextBytes || (!keyText.IsEmpty && !TagValue.TryDecodeBase64(keyText, out key)))
        {
            problem = keyText.Length > limits.MaxKeyTextBytes ? "p= is too long" : "p= is not base64 text";
            return false;
        }

        record = new DkimKeyRecord
        {
            KeyType = keyType,
            KeyData = key,
            RefusesSha256 = tags.TryGet("h"u8, out var hashes) && !TagValue.ListContains(hashes, "sha256"u8),
            IsForOtherService = tags.TryGet("s"u8, out var services)
                && !TagValue.ListContains(services, "*"u8) && !TagValue.ListContains(services, "email"u8),
            IsTesting = tags.TryGet("t"u8, out var flags) && TagValue.ListContains(flags, "y"u8),
            RequiresSameDomain = TagValue.ListContains(flags, "s"u8),
            Notes = tags.Text("n"u8) ?? "",
            ServiceType = tags.Text("s"u8) ?? "*",
            Granularity = tags.Text("g"u8) ?? "*",
        };
        return true;
    }

    private static DkimKeyType? ReadKeyType(TagList tags)
    {
        if (!tags.TryGet("k"u8, out var value) || value.SequenceEqual("rsa"u8))
        {
            return DkimKeyType.Rsa;
        }

        return value.SequenceEqual("ed25519"u8) ? DkimKeyType.Ed25519 : null;
    }
}
