namespace Pipeline.Mail.Mime;

/// <summary>How much structure of a message is followed.</summary>
public sealed record MimeLimits
{
    public static MimeLimits Default { get; } = new();

    /// <summary>Parts of one message, multiparts counted.</summary>
    public int MaxParts { get; init; } = 1000;

    /// <summary>Multiparts inside each other. What lies deeper is content.</summary>
    public int MaxDepth { get; init; } = 50;

    /// <summary>Octets of the header of one part; what is longer is left out.</summary>
    public int MaxHeaderBytes { get; init; } = 64 * 1024;

    /// <summary>Octets of a line that are looked at. RFC 5322 section 2.1.1 allows 998, RFC 2046 section 5.1.1 boundaries of 70.</summary>
    public int MaxLineBytes { get; init; } = 8 * 1024;
}
