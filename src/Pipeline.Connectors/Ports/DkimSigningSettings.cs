namespace Pipeline.Connectors.Ports;

/// <summary>One DKIM signature to make: a pair of dkim_domain and dkim_selector with the options expanded for it.</summary>
public sealed record DkimSigningSettings
{
    public required string Domain { get; init; }

    public required string Selector { get; init; }

    /// <summary>A path that begins with a slash, or the key itself in PEM. Empty, <c>0</c> and <c>false</c> mean that nothing is signed.</summary>
    public required Secret PrivateKey { get; init; }

    /// <summary><c>relaxed</c> or <c>simple</c>, for header and body.</summary>
    public string Canonicalization { get; init; } = "relaxed";

    /// <summary><c>sha256</c>, <c>sha512</c> or <c>sha1</c>.</summary>
    public string Hash { get; init; } = "sha256";

    /// <summary>i=; null for none.</summary>
    public string? Identity { get; init; }

    /// <summary>dkim_sign_headers: colon-separated names, with <c>=</c> and <c>+</c> prefixes; null for the default set.</summary>
    public string? SignHeaders { get; init; }

    /// <summary>dkim_timestamps: x= is this far after t=; null for neither.</summary>
    public TimeSpan? Timestamps { get; init; }

    /// <summary>dkim_strict: a failure to sign defers delivery; otherwise the message goes unsigned.</summary>
    public bool Strict { get; init; }
}

/// <summary>arc_sign: authserv-id, selector and key, with its options.</summary>
/// <param name="Expire">x= of the seal is this far after t=; null for none.</param>
public sealed record ArcSigningSettings(string AuthServId, string Selector, Secret PrivateKey)
{
    /// <summary>Write t=.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Write x= this long after now; null for <see cref="Expires"/>, or for none.</summary>
    public TimeSpan? Lifetime { get; init; }

    public DateTimeOffset? Expires { get; init; }
}
