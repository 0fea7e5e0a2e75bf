using System.Collections.Immutable;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.State;

/// <summary>What callers of the store owe it. A breach is a bug of the caller.</summary>
internal static class Contract
{
    /// <exception cref="ArgumentException">The owner has no name: that would mean nobody.</exception>
    public static void RequireOwner(Ownership owner)
    {
        if (string.IsNullOrEmpty(owner.Node))
        {
            throw new ArgumentException("an owner has a name", nameof(owner));
        }
    }

    /// <exception cref="ArgumentException">The message has no owner, no events, or a gap in their numbers.</exception>
    public static void RequireNew(NewMessage message)
    {
        RequireOwner(message.Owner);
        RequireEntries(message.Journal);
        if (message.Journal.IsEmpty)
        {
            throw new ArgumentException($"message {message.Id} has no events; the acceptance is one", nameof(message));
        }
    }

    /// <summary>The bug of a caller that numbers another event as one that is in the journal.</summary>
    public static InvalidOperationException SequenceTaken(MessageId id, int sequence) =>
        new($"event {sequence} of message {id} is in the journal already, and is another");

    /// <exception cref="ArgumentException">The sequence numbers have a gap.</exception>
    public static void RequireEntries(ImmutableArray<JournalEntry> entries)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].Sequence != entries[0].Sequence + i)
            {
                throw new ArgumentException($"event {entries[i].Sequence} stands where {entries[0].Sequence + i} is due", nameof(entries));
            }
        }
    }
}
