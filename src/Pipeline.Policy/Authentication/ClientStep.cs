namespace Pipeline.Policy.Authentication;

/// <summary>What a client does next in an exchange.</summary>
public abstract record ClientStep
{
    private ClientStep()
    {
    }

    /// <param name="Octets">To be encoded and sent; null for AUTH without an initial response. Secret.</param>
    public sealed record Send(byte[]? Octets) : ClientStep;

    /// <summary>An expansion was forced to fail: this authenticator is not for this peer, the next one may be.</summary>
    public sealed record Abandon : ClientStep;

    /// <summary>Delivery to this host has to wait.</summary>
    /// <param name="Reason">For the operator.</param>
    public sealed record Fail(string Reason) : ClientStep;
}
