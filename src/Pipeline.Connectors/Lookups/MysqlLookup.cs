using System.Collections.Concurrent;
using System.Net.Sockets;
using MySqlConnector;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lookups;
using Pipeline.Policy.Lookups.Servers;

namespace Pipeline.Connectors.Lookups;

/// <summary><c>mysql</c>: asks the servers of <c>mysql_servers</c>, of MySQL or MariaDB. A statement without rows of its own gives the number of rows that it changed.</summary>
/// <remarks>One statement in a query, as Exim has it: the client library would send several, so they are told apart here.</remarks>
internal sealed class MysqlLookup() : ServerLookup("mysql", LookupServerForm.Mysql)
{
    /// <summary>Debian's, and the client library's own.</summary>
    private const string DefaultSocket = "/run/mysqld/mysqld.sock";

    private readonly ConcurrentDictionary<LookupServer, MySqlDataSource> _sources = new();

    /// <remarks>A host that is not named, or is <c>localhost</c> without a port, is asked over its socket, as libmysqlclient does.</remarks>
    internal static string ConnectionString(LookupServer server)
    {
        var socket = server.Socket ?? (server is { Host: "" or "localhost", Port: null } ? DefaultSocket : null);
        var settings = new MySqlConnectionStringBuilder
        {
            Server = socket ?? server.Host,
            ConnectionProtocol = socket is null ? MySqlConnectionProtocol.Tcp : MySqlConnectionProtocol.UnixSocket,
            Database = server.Database,
            UserID = server.User,
            Password = server.Password,
            ConnectionTimeout = (uint)Patience.TotalSeconds,
            DefaultCommandTimeout = (uint)Patience.TotalSeconds,
            MaximumPoolSize = 8,
            UseAffectedRows = true,
            AllowUserVariables = true,
            AllowZeroDateTime = true,
            TreatTinyAsBoolean = false,
            GuidFormat = MySqlGuidFormat.None,
            ApplicationName = "mailpipeline lookup",
        };
        settings.Port = (uint)(server.Port ?? (int)settings.Port);
        return settings.ConnectionString;
    }

    protected override async ValueTask<LookupResult> AskAsync(LookupServer server, string query, LookupQuestion question, CancellationToken cancellationToken)
    {
        if (MysqlStatement.Refuse(query) is { } refusal)
        {
            return LookupResult.Deferred($"MYSQL: query failed: {refusal}");
        }

        MySqlConnection connection;
        try
        {
            // A socket that is not there is an error of the source already.
            connection = await _sources.GetOrAdd(server, static server => new MySqlDataSource(ConnectionString(server))).OpenConnectionAsync(cancellationToken);
        }
        catch (Exception error) when (error is MySqlException or SocketException or TimeoutException)
        {
            return LookupResult.Deferred($"MYSQL connection failed: {error.Message}");
        }

        await using (connection)
        {
            try
            {
                await using var command = new MySqlCommand(OctetString.ToText(query), connection);
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                return await SqlRows.ReadAsync(reader, MysqlValue.Read, cancellationToken);
            }
            catch (Exception error) when (error is MySqlException or SocketException or TimeoutException)
            {
                return LookupResult.Deferred($"MYSQL: query failed: {error.Message}");
            }
        }
    }
}
