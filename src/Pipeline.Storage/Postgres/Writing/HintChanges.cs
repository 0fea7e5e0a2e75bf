using Npgsql;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Postgres.Writing;

/// <summary>Changes of hints that are made together, by key: those of one key one after the other, on what the one before made of it.</summary>
internal sealed class HintChanges
{
    // In one order, in which every node takes the rows: no two wait for each other.
    private readonly SortedDictionary<string, List<ChangeHintRequest>> _byKey = new(StringComparer.Ordinal);

    public void Add(ChangeHintRequest change)
    {
        if (!_byKey.TryGetValue(change.Key, out var changes))
        {
            _byKey.Add(change.Key, changes = []);
        }

        changes.Add(change);
    }

    /// <returns>Those that came too late: another node had changed the hint in between.</returns>
    public async Task<IReadOnlyList<ChangeHintRequest>> MakeAsync(NpgsqlConnection session)
    {
        var found = await ReadAsync(session);
        await using var batch = new NpgsqlBatch(session) { BatchCommands = { Statements.Of("hint_begin") } };
        var written = new List<List<ChangeHintRequest>>();
        foreach (var (key, changes) in _byKey)
        {
            var before = found.GetValueOrDefault(key);
            var after = changes.Aggregate(before, static (value, change) => change.Change(value));
            if (ReferenceEquals(before, after))
            {
                continue;
            }

            batch.BatchCommands.Add((before, after) switch
            {
                (null, { } value) => Statements.Of("hint_insert").Value(key).Value(value),
                ({ } old, null) => Statements.Of("hint_delete").Value(key).Value(old),
                ({ } old, { } value) => Statements.Of("hint_replace").Value(key).Value(old).Value(value),
                _ => throw new InvalidOperationException("a hint that is not there cannot be forgotten"),
            });
            written.Add(changes);
        }

        if (written.Count == 0)
        {
            return [];
        }

        await batch.ExecuteNonQueryAsync();
        return [.. written.Where((_, i) => batch.BatchCommands[i + 1].RecordsAffected == 0).SelectMany(static changes => changes)];
    }

    private async Task<Dictionary<string, byte[]>> ReadAsync(NpgsqlConnection session)
    {
        var found = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        await using var batch = new NpgsqlBatch(session) { BatchCommands = { Statements.Of("hints_of").Texts([.. _byKey.Keys], static key => key) } };
        await using var reader = await batch.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            found.Add(reader.GetString(0), reader.GetFieldValue<byte[]>(1));
        }

        return found;
    }
}
