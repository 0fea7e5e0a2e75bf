using System.Collections.Immutable;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;

namespace Pipeline.Storage.Ports;

/// <summary>A message at the moment of acceptance.</summary>
public sealed record NewMessage
{
    /// <summary>The name among <see cref="Properties"/> of the named queue that the message is in; absent for the default queue.</summary>
    public const string QueueProperty = "queue";

    public required MessageId Id { get; init; }

    public required Ownership Owner { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required Envelope Envelope { get; init; }

    /// <summary>Final header block (our Received and added fields included), CRLF line ends, without the empty line.</summary>
    public required ReadOnlyMemory<byte> HeaderBlock { get; init; }

    /// <summary>A completed body writer of the same store, which the accept takes over.</summary>
    public required IBodyWriter Body { get; init; }

    public required int Policy { get; init; }

    /// <summary>Values of the message's life that later stages need (ACL variables, client facts): small, by name. Stored as given.</summary>
    public required ImmutableDictionary<string, string> Properties { get; init; }

    public required ImmutableArray<JournalEntry> Journal { get; init; }

    /// <summary>The message enters the queue in nobody's hands: its owner only receives, and another node is to work on it.</summary>
    public bool Release { get; init; }
}
