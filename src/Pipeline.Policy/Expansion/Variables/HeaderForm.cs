namespace Pipeline.Policy.Expansion.Variables;

/// <summary>The ways to ask for a header field.</summary>
internal enum HeaderForm
{
    /// <summary><c>$h_</c>: words decoded (RFC 2047) and converted to the configured character set, instances joined.</summary>
    Converted = 0,

    /// <summary><c>$bh_</c>: words decoded, no conversion.</summary>
    Decoded = 1,

    /// <summary><c>$rh_</c>: as it stands in the message.</summary>
    Raw = 2,

    /// <summary><c>$lh_</c>: as it stands, instances as a list.</summary>
    List = 3,
}
