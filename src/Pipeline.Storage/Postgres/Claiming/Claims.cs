using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Faults;
using Pipeline.Mail.Message;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Postgres.Claiming;

/// <summary>What one call has claimed.</summary>
internal readonly record struct Claimed(long Number, IReadOnlyList<MessageId> Ids)
{
    public static Claimed Nothing { get; } = new(0, []);
}

/// <summary>Claims messages for this node, beside the other nodes that do the same.</summary>
/// <remarks>
/// Every call has a number, which is in the rows it claims. When its answer is lost, nobody knows what it claimed: later calls release what
/// has its number, for as long as the server could still be at it. A claim need not be flushed to disk: a crash that forgets it forgets
/// every later write of the claimer too, and the fence keeps a claimer out that was forgotten.
/// </remarks>
internal sealed class Claims(PostgresDatabase database, TimeProvider time, ILogger logger)
{
    private const int WindowFactor = 4;
    private const int WalkSteps = 500;
    private const int Attempts = 3;
    private static readonly TimeSpan Doubt = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly List<(Ownership Owner, long Number, long Since)> _doubtful = [];

    // Numbers of one life of a node must not come twice, even if the process has another store object for the same life.
    private long _number = Random.Shared.NextInt64(1L << 62);
    private string _walkFrom = "";

    /// <summary>Claims up to <paramref name="limit"/> due messages; none when the database is out of reach.</summary>
    public async Task<Claimed> ClaimDueAsync(Ownership owner, DateTimeOffset now, int limit, ClaimScope scope)
    {
        if (scope.IsPlain)
        {
            return await RunAsync(owner, number => Statements.Of("claim_due")
                .Value(owner.Node)
                .Value(owner.Epoch)
                .Value(StoredTime.Of(now))
                .Value(limit)
                .Smalls(scope.Stages, static s => (short)s)
                .Value(number));
        }

        // Another node may be faster with what was chosen; then there is more to choose from.
        for (var attempt = 1; ; attempt++)
        {
            var chosen = await ChooseAsync(now, limit, scope);
            if (chosen.Length > 0)
            {
                Crash.At(CrashPoint.RouteMessagesChosen);
            }

            var claimed = chosen.Length == 0 ? Claimed.Nothing : await ClaimAsync(owner, chosen);
            if (claimed.Ids.Count > 0 || chosen.Length == 0 || attempt == Attempts)
            {
                return claimed;
            }
        }
    }

    /// <summary>Claims messages of these ids that are in nobody's hands, in the order given.</summary>
    public async Task<Claimed> ClaimAsync(Ownership owner, string[] ids)
    {
        var claimed = await RunAsync(owner, number => Statements.Of("claim_chosen")
            .Value(owner.Node)
            .Value(owner.Epoch)
            .Value(ids)
            .Value(number));
        var there = claimed.Ids.ToHashSet();
        return claimed with { Ids = [.. ids.Select(MessageId.Create).Where(there.Contains)] };
    }

    /// <summary>Gives back a claim that could not be handed over.</summary>
    public void HandBack(Ownership owner, long number)
    {
        lock (_gate)
        {
            _doubtful.Add((owner, number, time.GetTimestamp()));
        }
    }

    private async Task<Claimed> RunAsync(Ownership owner, Func<long, NpgsqlBatchCommand> statement)
    {
        var number = Interlocked.Increment(ref _number);
        try
        {
            await using var connection = await database.Work.OpenConnectionAsync();
            await using var batch = new NpgsqlBatch(connection)
            {
                BatchCommands = { Statements.Of("claim_begin"), Statements.Of("lock_leases").Value<long[]>([LeaseKey.Of(owner.Node)]) },
            };
            var doubtful = TakeDoubtful(owner);
            if (doubtful.Length > 0)
            {
                batch.BatchCommands.Add(Statements.Of("release_claims").Value(owner.Node).Value(owner.Epoch).Value(doubtful));
            }

            batch.BatchCommands.Add(statement(number));
            var claimed = new List<(long Due, string Id)>();
            await using var reader = await batch.ExecuteReaderAsync();
            do
            {
                while (await reader.ReadAsync())
                {
                    if (reader.FieldCount == 2)
                    {
                        claimed.Add((reader.GetInt64(1), reader.GetString(0)));
                    }
                }
            }
            while (await reader.NextResultAsync());

            if (claimed.Count > 0)
            {
                Crash.At(CrashPoint.RouteMessagesClaimed);
            }

            return new Claimed(number, [.. claimed.Order().Select(static c => MessageId.Create(c.Id))]);
        }
        catch (NpgsqlException failure)
        {
            Log.ClaimFailed(logger, failure.Message);
            HandBack(owner, number);
            if (PostgresFailure.EndsAllSessions(failure))
            {
                database.Work.Clear();
            }

            return Claimed.Nothing;
        }
    }

    /// <summary>The calls whose end is not known, without those that no server can still be at: those have been released often enough.</summary>
    private long[] TakeDoubtful(Ownership owner)
    {
        lock (_gate)
        {
            if (_doubtful.Count == 0)
            {
                return [];
            }

            long[] numbers = [.. _doubtful.Where(d => d.Owner == owner).Select(static d => d.Number)];
            _doubtful.RemoveAll(d => time.GetElapsedTime(d.Since) > Doubt);
            return numbers;
        }
    }

    private async Task<string[]> ChooseAsync(DateTimeOffset now, int limit, ClaimScope scope)
    {
        var selection = new DueSelection(scope, limit);
        var due = StoredTime.Of(now);
        try
        {
            await using var connection = await database.Work.OpenConnectionAsync();
            if (!scope.Preferred.IsEmpty)
            {
                await OfferAsync(connection, selection, Statements.Of("due_preferred")
                    .Texts(scope.Preferred, static p => p).Value(due).Value(Math.Min(limit, scope.MaxPerDestination ?? limit)));
            }

            var window = limit > int.MaxValue / WindowFactor ? int.MaxValue : limit * WindowFactor;
            var (seen, _) = await OfferAsync(connection, selection, Statements.Of("due_window")
                .Smalls(scope.Stages, static s => (short)s).Value(due).Value(window));
            if (!selection.IsComplete && seen >= window && scope.MaxPerDestination is { } max)
            {
                // A few destinations fill the front of the queue: look behind them.
                (seen, var last) = await OfferAsync(connection, selection, Statements.Of("due_walk")
                    .Value(_walkFrom).Value(due).Value(max).Value(WalkSteps));
                _walkFrom = seen >= WalkSteps ? last ?? "" : "";
            }
        }
        catch (NpgsqlException failure)
        {
            Log.ClaimFailed(logger, failure.Message);
            return [];
        }

        return [.. selection.Chosen.Select(static c => c.Id)];
    }

    private static async Task<(int Rows, string? LastDestination)> OfferAsync(NpgsqlConnection connection, DueSelection selection, NpgsqlBatchCommand candidates)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { candidates } };
        await using var reader = await batch.ExecuteReaderAsync();
        var (rows, last) = (0, (string?)null);
        while (await reader.ReadAsync())
        {
            rows++;
            last = reader.IsDBNull(3) ? null : reader.GetString(3);
            if (!reader.IsDBNull(0))
            {
                selection.Offer(reader.GetString(0), reader.GetInt64(1), (QueueStage)reader.GetInt32(2), last);
            }
        }

        return (rows, last);
    }
}
