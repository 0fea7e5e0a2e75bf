namespace Pipeline.Mail.Message;

/// <summary>How large a header block may be. One record for every reader of headers, so that they agree on what they refuse.</summary>
public sealed record HeaderLimits
{
    public static HeaderLimits Default { get; } = new();

    /// <summary>Octets of all fields together, line ends included.</summary>
    public int MaxBlockBytes { get; init; } = 512 * 1024;

    /// <summary>Number of fields.</summary>
    public int MaxFields { get; init; } = 5000;

    /// <summary>Octets of one field with its folds, line ends included.</summary>
    public int MaxFieldBytes { get; init; } = 128 * 1024;
}
