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

    /// <summary>Leave the header out, with the empty line behind it.</summary>
    public bool BodyOnly { get; init; }

    /// <summary>Leave the body out.</summary>
    public bool HeadersOnly { get; init; }

    /// <summary>A program that the message goes through first: its absolute path and arguments, null for the addresses; empty for none.</summary>
    public ImmutableArray<string?> Filter { get; init; } = [];

    /// <summary>For the whole run of the filter; zero for no limit.</summary>
    public TimeSpan FilterTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A transport that has the message too once this one has delivered it; null for none.</summary>
    public ShadowTransport? Shadow { get; init; }

    /// <summary>Recipients in one attempt.</summary>
    public int BatchMax { get; init; } = int.MaxValue;
}

/// <summary>A transport whose outcome is noted and means nothing else (Exim specification, "shadow_transport").</summary>
/// <param name="Settings">Null when it cannot be used.</param>
/// <param name="Problem">Why it cannot be used; empty otherwise.</param>
public sealed record ShadowTransport(string Name, TransportSettings? Settings, string Problem = "");
