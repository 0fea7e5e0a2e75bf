using Pipeline.Mail.Dkim;

namespace Pipeline.Mail.Arc;

/// <summary>An ARC-Seal field (RFC 8617 section 4.1.3).</summary>
internal sealed record ArcSeal
{
    public required DkimAlgorithm Algorithm { get; init; }

    /// <summary>b=, decoded.</summary>
    public required ReadOnlyMemory<byte> SignatureValue { get; init; }

    /// <summary>Where the value of b= lies within the value of the field.</summary>
    public required Range SignatureExtent { get; init; }

    /// <summary>cv=: none, pass or fail, as the sealer found the chain before it.</summary>
    public required ArcState ChainStatus { get; init; }

    /// <summary>d= with A-labels.</summary>
    public required string Domain { get; init; }

    /// <summary>s= with A-labels.</summary>
    public required string Selector { get; init; }

    /// <summary>The name of the key record.</summary>
    public string KeyName => $"{Selector}._domainkey.{Domain}";

    /// <summary>Reads a seal from the tags of its field. Tags that RFC 8617 does not define have no effect; but h= is refused.</summary>
    /// <param name="problem">On failure, what is wrong, in words.</param>
    public static ArcSeal? Read(TagList tags, out string problem)
    {
        if (tags.TryGet("h"u8, out _))
        {
            // RFC 8617 section 4.1.3: a seal always covers the sets. One that chooses what it covers covers nothing.
            problem = "a seal may not have h=";
            return null;
        }

        if (SignatureTags.ReadAlgorithm(tags, out problem) is not { } algorithm
            || !TryReadStatus(tags, out var status, ref problem)
            || !SignatureTags.TryReadDomain(tags, "d"u8, out var domain, ref problem)
            || !SignatureTags.TryReadDomain(tags, "s"u8, out var selector, ref problem)
            || !SignatureTags.TryReadSignature(tags, out var signature, ref problem)
            || !SignatureTags.TryReadNumber(tags, "t"u8, out _, ref problem))
        {
            return null;
        }

        return new ArcSeal
        {
            Algorithm = algorithm,
            SignatureValue = signature,
            SignatureExtent = tags.ExtentOf("b"u8),
            ChainStatus = status,
            Domain = domain,
            Selector = selector,
        };
    }

    /// <summary>The words of cv= are literals of ABNF, which letter case does not matter to; they are compared whole.</summary>
    private static bool TryReadStatus(TagList tags, out ArcState status, ref string problem)
    {
        status = ArcState.None;
        if (!tags.TryGet("cv"u8, out var value))
        {
            problem = "the required tag cv= is missing";
            return false;
        }

        foreach (var known in (ReadOnlySpan<ArcState>)[ArcState.None, ArcState.Pass, ArcState.Fail])
        {
            if (System.Text.Ascii.EqualsIgnoreCase(value, known.Word()))
            {
                status = known;
                return true;
            }
        }

        problem = "cv= is neither none, pass nor fail";
        return false;
    }
}
