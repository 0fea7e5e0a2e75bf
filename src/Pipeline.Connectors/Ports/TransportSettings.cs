using System.Collections.Immutable;

namespace Pipeline.Connectors.Ports;

/// <summary>The options of a transport with their values for one delivery, fully expanded.</summary>
/// <param name="Name">The transport's name in the configuration.</param>
public abstract record TransportSettings(string Name)
{
    /// <summary>Stands for the header block of the message, whose addresses the transport has rewritten; null to take the message's own.</summary>
    public ReadOnlyMemory<byte>? HeaderBlock { get; init; }

    /// <summary>Complete header fields to append, routers' first, without their last line end, one char per octet; folds are LF or CRLF.</summary>
    public ImmutableArray<string> HeadersAdd { get; init; } = [];

    /// <summary>Names of fields to leave out, any case; a trailing <c>*</c> stands for any ending. Never touches added fields.</summary>
    public ImmutableArray<string> HeadersRemove { get; init; } = [];

    public bool ReturnPathAdd { get; init; }

    public bool EnvelopeToAdd { get; init; }

    public bool DeliveryDateAdd { get; init; }

    /// <summary>Size of header and body in bytes beyond which delivery fails; 0 for no limit.</summary>
    public long MessageSizeLimit { get; init; }

    /// <summary>Recipients in one attempt.</summary>
    public int BatchMax { get; init; } = int.MaxValue;
}
