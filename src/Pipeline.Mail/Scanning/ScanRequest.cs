namespace Pipeline.Mail.Scanning;

/// <summary>What an ACL wants to know of a message. Two with the same words are one scan.</summary>
/// <param name="Servers">In the form of the main option of its kind: <c>spamd_address</c>, <c>av_scanner</c>, <c>dccifd_address</c>, <c>blswcServerAddress</c> of the <c>bmi_config_file</c>.</param>
public sealed record ScanRequest(ScanKind Kind, string Servers)
{
    /// <summary>How the scanner is to look: whose profile, or its options; octets. Empty where there is no choice.</summary>
    public string User { get; init; } = "";

    /// <summary>The address of the client to tell the scanner; null for that of the session.</summary>
    public string? ClientAddress { get; init; }

    /// <summary>How long all of it may take; null for what the node allows.</summary>
    public TimeSpan? Timeout { get; init; }
}
