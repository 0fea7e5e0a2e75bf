using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using Npgsql;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lookups;
using Pipeline.Policy.Lookups.Servers;

namespace Pipeline.Connectors.Lookups;

/// <summary><c>pgsql</c>: asks the servers of <c>pgsql_servers</c>. A statement without rows of its own gives the number of rows that it changed.</summary>
internal sealed class PgsqlLookup() : ServerLookup("pgsql", LookupServerForm.Pgsql)
{
    private readonly ConcurrentDictionary<LookupServer, NpgsqlDataSource> _sources = new();

    /// <returns>Null when the path in parentheses is none of PostgreSQL's.</returns>
    internal static string? ConnectionString(LookupServer server)
    {
        var (host, port) = server.Socket is { } socket ? OfSocket(socket) : (server.Host.Length == 0 ? "localhost" : server.Host, server.Port);
        if (host is null)
        {
            return null;
        }

        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = host,
            Database = server.Database,
            Username = server.User,
            Password = server.Password.Length == 0 ? null : server.Password,
            Timeout = (int)Patience.TotalSeconds,
            CommandTimeout = (int)Patience.TotalSeconds,
            MaxPoolSize = 8,
            MinPoolSize = 0,
            ApplicationName = "mailpipeline lookup",
        };
        settings.Port = port ?? settings.Port;
        return settings.ConnectionString;
    }

    protected override async ValueTask<LookupResult> AskAsync(LookupServer server, string query, LookupQuestion question, CancellationToken cancellationToken)
    {
        if (ConnectionString(server) is not { } way)
        {
            return LookupResult.Deferred($"PGSQL: \"{server.Socket}\" is not the path of a PostgreSQL socket: it ends in /.s.PGSQL. and a number");
        }

        var source = _sources.GetOrAdd(server, static (_, way) => NpgsqlDataSource.Create(way), way);
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            return await RunAsync(connection, OctetString.ToText(query), cancellationToken);
        }
        catch (PostgresException error)
        {
            return LookupResult.Deferred($"PGSQL: query failed: {error.MessageText} ({error.SqlState})");
        }
        catch (Exception error) when (error is NpgsqlException or SocketException or TimeoutException)
        {
            return LookupResult.Deferred($"PGSQL connection failed: {error.Message}");
        }
    }

    /// <summary><c>/folder/.s.PGSQL.5432</c>: the client names the folder and the number.</summary>
    private static (string? Folder, int? Number) OfSocket(string path)
    {
        const string Name = "/.s.PGSQL.";
        var at = path.LastIndexOf(Name, StringComparison.Ordinal);
        return at > 0 && int.TryParse(path.AsSpan(at + Name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (path[..at], number) : (null, null);
    }

    private static async ValueTask<LookupResult> RunAsync(NpgsqlConnection connection, string query, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(query, connection) { AllResultTypesAreUnknown = true };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await SqlRows.ReadAsync(reader, Value, cancellationToken);
    }

    private static string Value(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? "" : OctetString.FromText(reader.GetString(column));
}
