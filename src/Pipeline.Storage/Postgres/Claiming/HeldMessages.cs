using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.Postgres.Reading;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Postgres.Claiming;

/// <summary>Gives back what lives of a node held that have ended.</summary>
/// <remarks>
/// The lease of such a life must be gone already, so that it can write nothing more: then this needs no haste, and no transaction larger
/// than a page. It can be repeated at any time.
/// </remarks>
internal static class HeldMessages
{
    private const int PageSize = 200;

    /// <summary>Releases every message that the node holds from an epoch below the given one.</summary>
    /// <returns>Messages released, and recipients among them whose last attempt is in doubt.</returns>
    /// <exception cref="NpgsqlException">The database is out of reach; what was released so far stays so.</exception>
    public static async Task<(int Messages, int OpenAttempts)> ReleaseAsync(
        NpgsqlConnection connection, string node, long belowEpoch, DateTimeOffset now, ILogger logger, CancellationToken cancellationToken)
    {
        var (messages, open, after, more) = (0, 0, "", true);
        var stages = new HashSet<QueueStage>();
        while (more)
        {
            var page = new List<HeldMessage>(PageSize);
            var read = 0;
            await using (var look = new NpgsqlBatch(connection)
            {
                BatchCommands = { Statements.Of("held").Value(node).Value(belowEpoch).Value(after).Value(PageSize) },
            })
            await using (var reader = await look.ExecuteReaderAsync(cancellationToken))
            {
                for (; await reader.ReadAsync(cancellationToken); read++)
                {
                    after = reader.GetString(0);
                    try
                    {
                        var (_, _, recipients, next) = QueuedRow.Read(reader, 1);
                        page.Add(new HeldMessage(after, reader.GetInt64(7), recipients, recipients.NextWork(now), next));
                    }
                    catch (JsonException e)
                    {
                        // It stays where it is: one damaged message must not keep the others.
                        Log.MessageUnreadable(logger, after, e);
                    }
                }
            }

            var released = page.Count == 0 ? [] : await ReleaseAsync(connection, node, page, cancellationToken);
            messages += released.Count;
            open += released.Sum(static m => m.Recipients.OpenAttempts);
            stages.UnionWith(released.Where(m => m.Work.Due <= now).Select(static m => m.Work.Stage));
            more = read == PageSize;
        }

        if (stages.Count > 0)
        {
            await using var notify = new NpgsqlBatch(connection) { BatchCommands = { Statements.Of("notify").Value(WorkNotice.Of(stages)) } };
            await notify.ExecuteNonQueryAsync(cancellationToken);
        }

        return (messages, open);
    }

    private static async Task<List<HeldMessage>> ReleaseAsync(
        NpgsqlConnection connection, string node, List<HeldMessage> page, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                Statements.Of("release_held")
                    .Texts(page, static m => m.Id)
                    .Longs(page, static m => m.Epoch)
                    .Longs(page, static m => StoredTime.Of(m.Work.Due))
                    .Smalls(page, static m => (short)m.Work.Stage)
                    .Texts(page, static m => PostgresText.Of(m.Work.Destination))
                    .Integers(page, static m => m.Recipients.Queued)
                    .Integers(page, static m => m.NextSequence)
                    .Octets(page, static m => StoredForm.Of(m.Recipients.ToArray()))
                    .Value(node),
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var released = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            released.Add(reader.GetString(0));
        }

        return [.. page.Where(m => released.Contains(m.Id))];
    }

    private sealed record HeldMessage(string Id, long Epoch, RecipientFold Recipients, NextWork Work, int NextSequence);
}
