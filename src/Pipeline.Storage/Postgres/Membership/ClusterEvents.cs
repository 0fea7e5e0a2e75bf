using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Npgsql;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Database;

namespace Pipeline.Storage.Postgres.Membership;

/// <summary>The bounded history of the cluster: written in the transaction of what happened, read by number, announced by notification.</summary>
internal sealed class ClusterEvents(PostgresDatabase database, TimeProvider time)
{
    private const int WatchPage = 500;

    private static readonly MemberSql Write = new("event");
    private static readonly MemberSql After = new("events_after");
    private static readonly MemberSql Last = new("events_last");

    // Notifications are lost while the link is down; asking now and then is the truth.
    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WatchAgain = TimeSpan.FromSeconds(1);

    /// <summary>As the last statement of a transaction: until its end nobody else writes an event.</summary>
    public static async Task WriteAsync(
        NpgsqlTransaction transaction, ClusterEventKind kind, Ownership about, string by, string detail, int messages, CancellationToken cancellationToken)
    {
        await using var command = Write.On(
            transaction.Connection!, transaction, (short)kind, about.Node, about.Epoch, by, detail, messages, MemberKeys.Events);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task AppendAsync(Ownership about, ClusterEventKind kind, string by, string detail, CancellationToken cancellationToken)
    {
        await using var command = Write.On(database.Work, (short)kind, about.Node, about.Epoch, by, detail, 0, MemberKeys.Events);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<ImmutableArray<ClusterEvent>> ReadAsync(long after, int limit, CancellationToken cancellationToken)
    {
        await using var command = after < 0
            ? Last.On(database.Work, Math.Min(-after, limit))
            : After.On(database.Work, after, (long)limit);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var events = ImmutableArray.CreateBuilder<ClusterEvent>();
        while (await row.ReadAsync(cancellationToken))
        {
            events.Add(new ClusterEvent(
                row.GetInt64(0),
                row.GetFieldValue<DateTimeOffset>(1),
                (ClusterEventKind)row.GetInt16(2),
                row.GetString(3),
                row.GetInt64(4),
                row.GetString(5),
                row.GetString(6),
                row.GetInt32(7)));
        }

        return events.ToImmutable();
    }

    public async IAsyncEnumerable<ClusterEvent> WatchAsync(long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        NpgsqlConnection? listener = null;
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                ImmutableArray<ClusterEvent> page = [];
                try
                {
                    listener ??= await ListenAsync(cancellationToken);
                    page = await ReadAsync(after, WatchPage, cancellationToken);
                    if (page.IsEmpty)
                    {
                        await listener.WaitAsync(WatchEvery, cancellationToken);
                    }
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    yield break;
                }
                catch (Exception e) when (PostgresFailure.IsTransient(e))
                {
                    await CloseAsync(listener);
                    listener = null;
                    await Task.Delay(WatchAgain, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }

                foreach (var happened in page)
                {
                    after = happened.Number;
                    yield return happened;
                }
            }
        }
        finally
        {
            await CloseAsync(listener);
        }
    }

    private async Task<NpgsqlConnection> ListenAsync(CancellationToken cancellationToken)
    {
        var listener = await database.OpenListeningAsync(cancellationToken);
        await using var command = new NpgsqlCommand("LISTEN mailpipeline_cluster", listener);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return listener;
    }

    private static ValueTask CloseAsync(NpgsqlConnection? listener) => listener?.DisposeAsync() ?? ValueTask.CompletedTask;
}
