using Npgsql;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres.Database;

namespace Pipeline.Storage.Postgres.Writing;

/// <summary>What the writes of one commit have to say, by kind: each kind is one statement over arrays, and all of them are one round trip.</summary>
/// <remarks>
/// The leases of the owners are locked first, shared: who takes a lease over waits until this commit is done, and after that every
/// statement sees that the lease is gone. The statements that fence look at it again.
/// </remarks>
internal sealed class GroupCommit
{
    private readonly HashSet<QueueStage> _claimable = [];

    public List<AcceptPart> Accepts { get; } = [];

    public List<UpdateRequest> Appends { get; } = [];

    public List<UpdateRequest> Folds { get; } = [];

    public List<UpdateRequest> Completions { get; } = [];

    public List<RecordRequest> Records { get; } = [];

    public List<HintRequest> Hints { get; } = [];

    /// <summary>Bodies that follow in chunks, for messages that turn out to be new.</summary>
    public IEnumerable<AcceptPart> Uploads => Accepts.Where(static a => a.IsInserted && a.HasChunks);

    /// <summary>Says that a message of this stage is in nobody's hands and due, once the commit is durable.</summary>
    public void Announce(QueueStage stage) => _claimable.Add(stage);

    /// <summary>The first statement of a transaction of these nodes.</summary>
    public static NpgsqlBatchCommand Locks(string[] nodes) => Statements.Of("lock_leases").Longs(nodes, static n => LeaseKey.Of(n));

    /// <summary>Writes everything, after what the batch has already; the answers are in the requests then.</summary>
    public async Task ExecuteAsync(NpgsqlBatch batch)
    {
        var answers = new List<Action<NpgsqlDataReader>?>(new Action<NpgsqlDataReader>?[batch.BatchCommands.Count]);
        if (Accepts.Count > 0)
        {
            Add(AcceptPart.Statement(Accepts), reader => Accepts[RowOf(reader)].Answered(reader.GetBoolean(1), reader.GetBoolean(2)));
        }

        if (Appends.Count > 0)
        {
            Add(UpdateStatements.Append(Appends), reader => Appends[RowOf(reader)].Appended(reader.GetBoolean(1), reader.GetBoolean(2)));
        }

        if (Folds.Count > 0)
        {
            Add(UpdateStatements.Fold(Folds), reader => Folds[RowOf(reader)].FoldWritten(reader.GetBoolean(1)));
        }

        if (Completions.Count > 0)
        {
            Add(UpdateStatements.Complete(Completions), reader => Completions[RowOf(reader)].Completed(reader.GetBoolean(1), reader.GetBoolean(2)));
        }

        if (Records.Count > 0)
        {
            Add(RecordRequest.Statement(Records), reader => Records[RowOf(reader)].Recorded(reader.GetBoolean(1)));
        }

        if (Hints.Count > 0)
        {
            Add(HintRequest.Statement(Hints), null);
        }

        if (_claimable.Count > 0)
        {
            Add(Statements.Of("notify").Value(WorkNotice.Of(_claimable)), null);
        }

        if (batch.BatchCommands.Count == 0)
        {
            return;
        }

        await using var reader = await batch.ExecuteReaderAsync();
        foreach (var answer in answers)
        {
            while (await reader.ReadAsync())
            {
                answer?.Invoke(reader);
            }

            await reader.NextResultAsync();
        }

        void Add(NpgsqlBatchCommand command, Action<NpgsqlDataReader>? answer)
        {
            batch.BatchCommands.Add(command);
            answers.Add(answer);
        }
    }

    private static int RowOf(NpgsqlDataReader reader) => reader.GetInt32(0) - 1;
}
