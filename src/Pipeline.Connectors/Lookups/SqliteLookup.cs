using Microsoft.Data.Sqlite;
using Pipeline.Connectors.Files;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lookups;

namespace Pipeline.Connectors.Lookups;

/// <summary><c>sqlite</c>: <c>${lookup sqlite{/file SELECT …}}</c>, or the file by the option <c>file=</c> or <c>sqlite_dbfile</c>.</summary>
/// <remarks>As in Exim, a statement that gives no rows finds nothing, and one that SQLite refuses does not either; why is in the panic log.</remarks>
internal sealed class SqliteLookup : ILookupBackend
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int CannotOpen = 14;

    /// <summary>Of its own, and only when it is used.</summary>
    private readonly Lazy<BlockingIoPool> _pool = new(static () => new BlockingIoPool(threads: 4));

    public string TypeName => "sqlite";

    public async ValueTask<LookupResult> FindAsync(LookupQuestion question, CancellationToken cancellationToken)
    {
        var (file, query) = Split(question);
        if (!file.StartsWith('/'))
        {
            return LookupResult.Failed("absolute file name expected for \"sqlite\" lookup");
        }

        if (FilePath.Refuse(file) is { } refusal)
        {
            return LookupResult.Failed($"{file}: {refusal}");
        }

        var patience = question.Scope.Environment.Policy.MainOptions.SqliteLockTimeout;
        var result = await _pool.Value.RunAsync(() => Run(OctetString.ToText(file), OctetString.ToText(query), patience), cancellationToken);
        if (result.Refusal is { } reason)
        {
            question.Scope.Environment.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, $"sqlite lookup in {file}: {reason}");
        }

        return result.Found;
    }

    /// <summary>The file is the first word of the query unless it is given elsewhere.</summary>
    private static (string File, string Query) Split(LookupQuestion question)
    {
        var query = question.FileOrQuery.TrimStart();
        if (question.Option("file") is { } option)
        {
            return (option, query);
        }

        if (!query.StartsWith('/') && question.Scope.Environment.Policy.MainOptions.SqliteDbFile is { } standing)
        {
            return (standing, query);
        }

        var blank = query.AsSpan().IndexOfAny(" \t\n\r");
        return blank < 0 ? (query, "") : (query[..blank], query[(blank + 1)..]);
    }

    private static (LookupResult Found, string? Refusal) Run(string file, string query, TimeSpan patience)
    {
        var settings = new SqliteConnectionStringBuilder { DataSource = file, DefaultTimeout = (int)Math.Ceiling(patience.TotalSeconds) };
        try
        {
            using var connection = new SqliteConnection(settings.ConnectionString);
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = query;
            var rows = new SqlRows();
            using var reader = command.ExecuteReader();
            do
            {
                while (reader.Read())
                {
                    rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => (OctetString.FromText(reader.GetName(i)), (string?)Value(reader, i)))]);
                    if (rows.IsTooLong)
                    {
                        return (LookupResult.Deferred($"the query finds more than {SqlRows.MaxLength} octets"), null);
                    }
                }
            }
            while (reader.NextResult());

            var result = rows.Text is { } text ? LookupResult.Found(text) : LookupResult.NotFound;
            return (result with { HasWritten = reader.RecordsAffected >= 0 }, null);
        }
        catch (SqliteException error)
        {
            return error.SqliteErrorCode switch
            {
                CannotOpen => (LookupResult.Failed("unable to open database file"), null),
                Busy or Locked => (LookupResult.Deferred("database is locked"), null),
                _ => (LookupResult.NotFound, error.Message),
            };
        }
    }

    /// <summary>As SQLite writes it; Exim takes it for a C string.</summary>
    private static string Value(SqliteDataReader reader, int column)
    {
        if (reader.IsDBNull(column))
        {
            return "<NULL>";
        }

        var text = OctetString.FromText(reader.GetString(column));
        var end = text.IndexOf('\0', StringComparison.Ordinal);
        return end < 0 ? text : text[..end];
    }
}
