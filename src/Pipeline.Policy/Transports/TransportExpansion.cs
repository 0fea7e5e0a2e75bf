namespace Pipeline.Policy.Transports;

/// <summary>What expanding the options of a transport came to.</summary>
public abstract record TransportExpansion
{
    private TransportExpansion()
    {
    }

    public sealed record Ready(ExpandedTransport Options) : TransportExpansion;

    /// <summary>Delivery has to wait: an option could not be expanded, or the driver is not available.</summary>
    /// <param name="NeedsAttention">Waiting alone will not help.</param>
    public sealed record Deferred(string Message, bool NeedsAttention = true) : TransportExpansion;

    /// <summary>Another transport has to make the delivery (<c>file_format</c>).</summary>
    /// <param name="Missing">Why delivery has to wait when there is no such transport.</param>
    public sealed record Elsewhere(string Transport, string Missing) : TransportExpansion;

    /// <summary>Delivery fails for good.</summary>
    public sealed record Failed(string Message) : TransportExpansion;
}
