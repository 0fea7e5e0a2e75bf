using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using Npgsql;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Lookups;

namespace Pipeline.Connectors.Lookups;

/// <summary><c>pgsql</c>: asks the servers of <c>pgsql_servers</c> in turn; the first that can be reached answers.</summary>
/// <remarks>
/// <c>servers=a:b;</c> before a query, or as an option of the type, names those to be asked. A query that PostgreSQL refuses defers the lookup, as does a server that
/// is away; a statement without rows of its own gives the number of rows that it changed.
/// </remarks>
internal sealed class PgsqlLookup : ILookupBackend
{
    private const string Prefix = "servers=";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<PgsqlServer, NpgsqlDataSource> _sources = new();

    public string TypeName => "pgsql";

    public async ValueTask<LookupResult> FindAsync(LookupQuestion question, CancellationToken cancellationToken)
    {
        var (servers, query, problem) = Read(question);
        foreach (var server in servers)
        {
            var (result, isReached) = await AskAsync(server, query, cancellationToken);
            if (isReached)
            {
                return result;
            }

            problem = result.Message;
        }

        return LookupResult.Deferred(problem);
    }

    private static (IReadOnlyList<PgsqlServer> Servers, string Query, string Problem) Read(LookupQuestion question)
    {
        var query = question.FileOrQuery.TrimStart();
        var chosen = question.Option("servers");
        if (query.StartsWith(Prefix, StringComparison.Ordinal) && query.IndexOf(';', StringComparison.Ordinal) is var end and > 0)
        {
            (chosen, query) = (query[Prefix.Length..end], query[(end + 1)..]);
        }

        var known = Servers(question.Scope.Environment.Policy.MainOptions.PgsqlServers ?? "", out var problem);
        if (chosen is null)
        {
            return (known, query, problem ?? "no PostgreSQL servers defined (pgsql_servers option)");
        }

        var servers = new List<PgsqlServer>();
        foreach (var name in ListSyntax.Split(chosen))
        {
            // One that is written out needs no entry in pgsql_servers.
            if ((name.Contains('/', StringComparison.Ordinal) ? PgsqlServer.Parse(name) : known.FirstOrDefault(server => server.IsCalled(name))) is not { } server)
            {
                return ([], query, $"PostgreSQL server \"{name}\" not found in pgsql_servers");
            }

            servers.Add(server);
        }

        return (servers, query, problem ?? "no PostgreSQL servers defined (pgsql_servers option)");
    }

    private static List<PgsqlServer> Servers(string list, out string? problem)
    {
        problem = null;
        var servers = new List<PgsqlServer>();
        foreach (var item in ListSyntax.Split(list))
        {
            if (PgsqlServer.Parse(item) is { } server)
            {
                servers.Add(server);
            }
            else
            {
                problem = "an item of pgsql_servers is not host/database/user/password";
            }
        }

        return servers;
    }

    private async ValueTask<(LookupResult Result, bool IsReached)> AskAsync(PgsqlServer server, string query, CancellationToken cancellationToken)
    {
        var source = _sources.GetOrAdd(server, static server => NpgsqlDataSource.Create(server.ConnectionString(Patience)));
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            return (await RunAsync(connection, OctetString.ToText(query), cancellationToken), true);
        }
        catch (PostgresException error)
        {
            // Codes of classes 08, 53 and 57 say that the server cannot serve now; others, that this query never will do.
            var isAway = error.SqlState.StartsWith("08", StringComparison.Ordinal) || error.SqlState.StartsWith("53", StringComparison.Ordinal)
                || error.SqlState.StartsWith("57", StringComparison.Ordinal);
            return (LookupResult.Deferred($"PGSQL: query failed: {error.MessageText} ({error.SqlState})"), !isAway);
        }
        catch (Exception error) when (error is NpgsqlException or SocketException or TimeoutException)
        {
            return (LookupResult.Deferred($"PGSQL connection failed: {error.Message}"), false);
        }
    }

    private static async ValueTask<LookupResult> RunAsync(NpgsqlConnection connection, string query, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(query, connection) { AllResultTypesAreUnknown = true };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (reader.FieldCount == 0)
        {
            return LookupResult.Found(Math.Max(reader.RecordsAffected, 0).ToString(CultureInfo.InvariantCulture)) with { HasWritten = true };
        }

        var rows = new SqlRows();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => (OctetString.FromText(reader.GetName(i)), Value(reader, i)))]);
            if (rows.IsTooLong)
            {
                return LookupResult.Deferred($"the query finds more than {SqlRows.MaxLength} octets");
            }
        }

        return rows.Text is { } text ? LookupResult.Found(text) : LookupResult.NotFound;
    }

    private static string Value(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? "" : OctetString.FromText(reader.GetString(column));
}
