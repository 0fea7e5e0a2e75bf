using Npgsql;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Postgres.Reading;

/// <summary>Reads the recipients of a queued message as they stand: those of its row, changed by the states in the journal since.</summary>
internal static class QueuedRow
{
    /// <param name="column">Of the first of six: received, base, document, recipients, states since, sequence after the last event.</param>
    public static (MessageDocument Document, DateTimeOffset Received, RecipientFold Recipients, int NextSequence) Read(NpgsqlDataReader row, int column)
    {
        var received = StoredTime.Read(row.GetInt64(column));
        var document = StoredForm.Document(row.GetFieldValue<byte[]>(column + 2));
        var recipients = new RecipientFold(
            row.IsDBNull(column + 3) ? document.InitialRecipients(received) : StoredForm.Recipients(row.GetFieldValue<byte[]>(column + 3)));
        if (!row.IsDBNull(column + 4))
        {
            foreach (var states in row.GetFieldValue<byte[][]>(column + 4))
            {
                recipients.Apply(StoredForm.Recipients(states));
            }
        }

        return (document, received, recipients, row.IsDBNull(column + 5) ? row.GetInt32(column + 1) : row.GetInt32(column + 5));
    }
}
