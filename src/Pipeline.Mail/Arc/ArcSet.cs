using Pipeline.Mail.Dkim;

namespace Pipeline.Mail.Arc;

/// <summary>The three fields of one instance (RFC 8617 section 4.2), by their indexes in the header; -1 while a field is missing.</summary>
internal sealed class ArcSet(int instance)
{
    public int Instance => instance;

    /// <summary>ARC-Authentication-Results.</summary>
    public int ResultsIndex { get; set; } = -1;

    /// <summary>ARC-Message-Signature.</summary>
    public int MessageSignatureIndex { get; set; } = -1;

    public TagList? MessageSignatureTags { get; set; }

    /// <summary>ARC-Seal.</summary>
    public int SealIndex { get; set; } = -1;

    public TagList? SealTags { get; set; }

    /// <summary>The seal; null when it is missing, or unreadable for <see cref="SealProblem"/>.</summary>
    public ArcSeal? Seal { get; set; }

    public string SealProblem { get; set; } = "";

    public bool IsComplete => ResultsIndex >= 0 && MessageSignatureIndex >= 0 && SealIndex >= 0;
}
