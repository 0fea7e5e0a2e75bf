using Npgsql;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Postgres.Writing;

/// <summary>Runs one group as one transaction.</summary>
internal static class GroupTransaction
{
    /// <summary>
    /// One round trip when all can be decided in the statements: the batch is a transaction by itself. With updates that must be looked up
    /// first, or bodies that follow in chunks, a transaction of several.
    /// </summary>
    public static async Task RunAsync(NpgsqlConnection connection, IReadOnlyList<WriteRequest<GroupCommit>> group)
    {
        var looks = group.OfType<UpdateRequest>().Where(static u => u.NeedsLook).ToList();
        if (looks.Count == 0 && !group.Any(static r => r is AcceptRequest { HasChunks: true }))
        {
            await using var batch = new NpgsqlBatch(connection);
            if (OwnersOf(group) is { Length: > 0 } owners)
            {
                batch.BatchCommands.Add(GroupCommit.Locks(owners));
            }

            await Apply(group).ExecuteAsync(batch);
            return;
        }

        await using var transaction = await connection.BeginTransactionAsync();
        await RunAsync(connection, transaction, group, looks);
        await transaction.CommitAsync();
    }

    private static async Task RunAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<WriteRequest<GroupCommit>> group, List<UpdateRequest> looks)
    {
        await LookAsync(connection, transaction, group, looks);
        var commit = Apply(group);
        await using (var batch = new NpgsqlBatch(connection, transaction))
        {
            await commit.ExecuteAsync(batch);
        }

        // Only now: a message that is there already, or whose owner is fenced, sends nothing.
        foreach (var part in commit.Uploads)
        {
            await part.UploadAsync(connection);
        }
    }

    private static async Task LookAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<WriteRequest<GroupCommit>> group, List<UpdateRequest> looks)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { GroupCommit.Locks(OwnersOf(group)) } };
        if (looks.Count > 0)
        {
            batch.BatchCommands.Add(UpdateStatements.Look(looks));
        }

        await using var reader = await batch.ExecuteReaderAsync();
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
        {
            looks[reader.GetInt32(0) - 1].Looked(reader);
        }
    }

    private static string[] OwnersOf(IReadOnlyList<WriteRequest<GroupCommit>> group) =>
        [.. group.OfType<IOwnedWrite>().SelectMany(static w => w.Owners).Select(static o => o.Node).Distinct()];

    private static GroupCommit Apply(IReadOnlyList<WriteRequest<GroupCommit>> group)
    {
        var commit = new GroupCommit();
        foreach (var request in group)
        {
            request.Apply(commit);
        }

        return commit;
    }
}
