namespace Pipeline.Storage.Archive;

/// <summary>A store seen as what it consists of, the same for every engine: for copying and checking, while no node uses it.</summary>
/// <remarks>Pages come in the order of ids, so that a reader needs no more memory than a page. Importing what is there already changes nothing.</remarks>
public interface IStoreArchive : IAsyncDisposable
{
    /// <summary>How the store is called in messages; never with a password.</summary>
    string Name { get; }

    /// <exception cref="IOException">The store cannot be read.</exception>
    Task<ArchiveCounts> CountAsync(CancellationToken cancellationToken);

    /// <summary>Queued messages whose ids follow the given one ("" for the first); empty when there are no more.</summary>
    Task<IReadOnlyList<ArchivedMessage>> ReadMessagesAsync(string after, CancellationToken cancellationToken);

    /// <summary>Rows of journals that follow the given place (null for the first), by id and sequence; empty when there are no more.</summary>
    Task<IReadOnlyList<ArchivedEvents>> ReadJournalAsync(ArchivedEvents? after, CancellationToken cancellationToken);

    /// <summary>Retry hints whose keys follow the given one ("" for the first); empty when there are no more.</summary>
    Task<IReadOnlyList<ArchivedHint>> ReadHintsAsync(string after, CancellationToken cancellationToken);

    /// <summary>Takes a message into the queue, in nobody's hands; false when it is there already.</summary>
    /// <exception cref="IOException">The store cannot be written, or the body ends early.</exception>
    Task<bool> WriteAsync(ArchivedMessage message, CancellationToken cancellationToken);

    /// <returns>How many were not there before.</returns>
    Task<int> WriteAsync(IReadOnlyList<ArchivedEvents> rows, CancellationToken cancellationToken);

    /// <returns>How many were not there before; a hint that is there stays.</returns>
    Task<int> WriteAsync(IReadOnlyList<ArchivedHint> hints, CancellationToken cancellationToken);

    /// <summary>What is wrong in a way that only this engine knows, one line each; it prints at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<string>> CheckAsync(int limit, CancellationToken cancellationToken);
}

public readonly record struct ArchiveCounts(long Messages, long JournalRows, long Hints)
{
    public bool IsEmpty => this == default;
}

/// <summary>A queued message with its recipients folded.</summary>
/// <param name="Due">100 ns since 1970 UTC, as all times here.</param>
/// <param name="Stage">What it waits for (<see cref="Ports.QueueStage"/>).</param>
/// <param name="Document">Envelope, policy and properties, JSON as stored.</param>
/// <param name="Recipients">JSON as stored.</param>
/// <param name="Header">Null when the content is missing.</param>
/// <param name="Fault">Why the message cannot be read, or null.</param>
public sealed record ArchivedMessage(
    string Id,
    long Received,
    long Due,
    int Stage,
    string? Destination,
    int Queued,
    int NextSequence,
    ReadOnlyMemory<byte> Document,
    ReadOnlyMemory<byte> Recipients,
    ReadOnlyMemory<byte>? Header,
    long BodyLength,
    Func<Stream> OpenBody,
    string? Fault = null)
{
    /// <summary>A message of which no more can be said than that it is there.</summary>
    internal static ArchivedMessage Damaged(string id, string fault) =>
        new(id, 0, 0, 0, null, 0, 0, default, default, null, 0, static () => Stream.Null, fault);
}

/// <summary>The events of one commit.</summary>
public sealed record ArchivedEvents(
    string Id, int First, int Count, long? At, string? Sender, string? Recipients, long? Ended, byte[]? States, byte[] Entries);

public sealed record ArchivedHint(string Key, byte[] Value);
