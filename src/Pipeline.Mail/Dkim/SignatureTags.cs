using Pipeline.Mail.Dns;

namespace Pipeline.Mail.Dkim;

/// <summary>Reads the tags that DKIM-Signature, ARC-Message-Signature and ARC-Seal have in common. Each says in words what is wrong with one.</summary>
internal static class SignatureTags
{
    private const int MaxNumberDigits = 76;

    public static DkimAlgorithm? ReadAlgorithm(TagList tags, out string problem)
    {
        problem = "";
        if (!tags.TryGet("a"u8, out var value))
        {
            problem = "the required tag a= is missing";
            return null;
        }

        if (value.SequenceEqual("rsa-sha256"u8))
        {
            return DkimAlgorithm.RsaSha256;
        }

        if (value.SequenceEqual("ed25519-sha256"u8))
        {
            return DkimAlgorithm.Ed25519Sha256;
        }

        problem = value.SequenceEqual("rsa-sha1"u8) ? "rsa-sha1 must not be used (RFC 8301)" : "the algorithm is unknown";
        return null;
    }

    public static bool TryReadDomain(TagList tags, ReadOnlySpan<byte> tag, out string domain, ref string problem)
    {
        domain = "";
        var letter = (char)tag[0];
        if (tags.Text(tag) is not { } text)
        {
            problem = $"the required tag {letter}= is missing";
            return false;
        }

        if (!DnsName.TryToAscii(text, out domain) || !DnsName.IsHostLike(domain))
        {
            problem = $"{letter}= is not a domain name";
            return false;
        }

        return true;
    }

    /// <summary>b=, decoded.</summary>
    public static bool TryReadSignature(TagList tags, out byte[] signature, ref string problem)
    {
        signature = [];
        if (!tags.TryGet("b"u8, out var text))
        {
            problem = "the required tag b= is missing";
            return false;
        }

        if (!TagValue.TryDecodeBase64(text, out signature))
        {
            problem = "b= is not base64 text";
            return false;
        }

        return true;
    }

    public static bool TryReadNumber(TagList tags, ReadOnlySpan<byte> tag, out ulong? number, ref string problem)
    {
        number = null;
        if (!tags.TryGet(tag, out var value))
        {
            return true;
        }

        if (!TagValue.TryReadNumber(value, MaxNumberDigits, out var read))
        {
            problem = $"{(char)tag[0]}= is not a number";
            return false;
        }

        number = read;
        return true;
    }
}
