using System.Collections.Concurrent;
using Npgsql;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Postgres.Database;

/// <summary>The statements of this engine by the names of their files, each loaded once.</summary>
internal static class Statements
{
    private static readonly ConcurrentDictionary<string, string> Texts = new();

    public static NpgsqlBatchCommand Of(string name) => new(Texts.GetOrAdd(name, static n => SqlText.Postgres.Load(n)));
}
