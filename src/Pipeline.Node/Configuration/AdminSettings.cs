namespace Pipeline.Node.Configuration;

/// <summary>Where a node takes orders over the network, by mutual TLS. Without it, only its Unix socket takes orders.</summary>
/// <remarks>The files are PEM. They are read again when they change, so that certificates can be renewed under a running node.</remarks>
public sealed record AdminSettings
{
    /// <summary>IP address and port, such as <c>0.0.0.0:8425</c>.</summary>
    public string? Listen { get; init; }

    /// <summary>The node's certificate, with those between it and its authority behind it.</summary>
    public string? Certificate { get; init; }

    public string? Key { get; init; }

    /// <summary>The authorities whose certificates callers may show; nobody else's count.</summary>
    public string? ClientCa { get; init; }
}
