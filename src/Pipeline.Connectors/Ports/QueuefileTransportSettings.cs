namespace Pipeline.Connectors.Ports;

/// <summary>The queuefile transport: hands a message over as a pair of spool files.</summary>
/// <param name="Directory">Absolute; must exist, and must not be a symbolic link.</param>
public sealed record QueuefileTransportSettings(string Name, string Directory) : TransportSettings(Name)
{
    /// <summary>Write the body with LF line ends (the form every reader knows) rather than CRLF marked as wire format.</summary>
    public bool UnixLineEnds { get; init; } = true;

    /// <summary>Name the pair by the 16-character identifier of older readers.</summary>
    public bool ShortMessageId { get; init; }

    /// <summary>Login, user and group written in the second line of the header file.</summary>
    public string OwnerName { get; init; } = "exim";

    public int OwnerUserId { get; init; }

    public int OwnerGroupId { get; init; }
}
