using System.Collections.Immutable;
using Pipeline.Mail.Reply;

namespace Pipeline.Connectors.Ports;

/// <summary>The autoreply transport: a new message that answers the one delivered.</summary>
public sealed record AutoreplyTransportSettings(string Name) : TransportSettings(Name)
{
    /// <summary>Null when nobody is left to reply to: then nothing is to be done.</summary>
    public AutomaticReply? Reply { get; init; }

    /// <summary>Absolute path of the file that records whom replies were sent to; null for none.</summary>
    public string? Once { get; init; }

    /// <summary>The addresses that are recorded there, in small letters.</summary>
    public ImmutableArray<string> OnceAddresses { get; init; } = [];

    /// <summary>How long a record keeps another reply from being sent; zero for ever.</summary>
    public TimeSpan OnceRepeat { get; init; }

    /// <summary>Octets the record may have; zero for no limit.</summary>
    public int OnceFileSize { get; init; }

    /// <summary>Absolute path of the file that every reply is noted in; null for none.</summary>
    public string? Log { get; init; }

    /// <summary>Permissions of both files.</summary>
    public UnixFileMode Mode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;
}
