using Pipeline.Storage.Sqlite.Database;
using Pipeline.Storage.Sqlite.Writing;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Sqlite;

/// <summary>Reads and writes the folded recipients of a queued message, inside the writer's transaction.</summary>
internal static class QueuedState
{
    /// <summary>The recipients now, and the sequence number that follows the last event; null when the message is not in the queue.</summary>
    public static (RecipientFold Recipients, int NextSequence)? Read(SqliteStatement state, SqliteStatement statesSince, string id)
    {
        state.Bind(1, id);
        if (!state.Step())
        {
            return null;
        }

        var received = StoredTime.Read(state.Long(0));
        var next = state.Int(1);
        var recipients = Initial(state, document: 2, recipients: 3, received);
        state.Reset();
        next = Apply(statesSince, id, next, recipients);
        return (recipients, next);
    }

    /// <summary>The recipients as of the base, from the row on which the statement stands.</summary>
    public static RecipientFold Initial(SqliteStatement row, int document, int recipients, DateTimeOffset received) =>
        new(row.IsNull(recipients) ? StoredForm.Document(row.Blob(document)).InitialRecipients(received) : StoredForm.Recipients(row.Blob(recipients)));

    /// <summary>Applies the states in the journal since the base; the sequence number that follows the last event.</summary>
    public static int Apply(SqliteStatement statesSince, string id, int since, RecipientFold recipients)
    {
        var next = since;
        statesSince.Bind(1, id).Bind(2, since);
        while (statesSince.Step())
        {
            next = statesSince.Int(0);
            if (!statesSince.IsNull(1))
            {
                recipients.Apply(StoredForm.Recipients(statesSince.Blob(1)));
            }
        }

        return next;
    }

    /// <summary>Writes the folded recipients and a new owner; false when the message is not in the hands of the old one.</summary>
    public static bool Write(
        WriteSession session, string id, (string Node, long Epoch) from, (string Node, long Epoch) to, RecipientFold recipients, int next, NextWork work) =>
        session.Fold
            .Bind(1, id)
            .Bind(2, from.Node)
            .Bind(3, from.Epoch)
            .Bind(4, StoredTime.Of(work.Due))
            .Bind(5, recipients.Queued)
            .Bind(6, next)
            .Bind(7, StoredForm.Of(recipients.ToArray()))
            .Bind(8, to.Node)
            .Bind(9, to.Epoch)
            .Bind(10, (int)work.Stage)
            .Bind(11, work.Destination)
            .Run() > 0;
}
