namespace Pipeline.Mail.Srs;

/// <summary>What an address turns out to be that may be one of ours.</summary>
public abstract record SrsReversal
{
    private SrsReversal()
    {
    }

    /// <param name="Address">The one before it; octets.</param>
    public sealed record Reversed(string Address) : SrsReversal;

    /// <summary>An address that was put by under a key.</summary>
    public sealed record Stored(string Key) : SrsReversal;

    /// <summary>It has not the form of one.</summary>
    public sealed record Foreign : SrsReversal;

    /// <summary>Nobody who knows the secret has made it, or it has lived too long.</summary>
    public sealed record Invalid(string Reason) : SrsReversal;
}
