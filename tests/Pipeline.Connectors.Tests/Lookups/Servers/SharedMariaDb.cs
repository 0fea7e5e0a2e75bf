using System.Globalization;
using MySqlConnector;
using Pipeline.Tests.Support;
using Pipeline.Tests.Support.Processes;

namespace Pipeline.Connectors.Tests.Lookups.Servers;

/// <summary>One private MariaDB server for all tests of the process; each test asks for a database of its own.</summary>
internal static class SharedMariaDb
{
    private const string Server = "/usr/sbin/mariadbd";
    private const string Installer = "/usr/bin/mariadb-install-db";

    private static readonly Lazy<Task<(int Port, string Socket)>> Running = new(StartAsync);

    private static int _databases;

    /// <summary>Why there is none on this machine; null when there is one.</summary>
    public static string? WhyNot => File.Exists(Server) && File.Exists(Installer) ? null : $"needs {Server} and {Installer} (mariadb-server), which are not installed";

    /// <summary>A new database with what statements put into it.</summary>
    public static async Task<MariaDbDatabase> CreateDatabaseAsync(string statements)
    {
        var (port, socket) = await Running.Value;
        var name = string.Create(CultureInfo.InvariantCulture, $"d{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync(socket, "", $"create database {name}");
        await ExecuteAsync(socket, name, statements);
        return new MariaDbDatabase(port, socket, name);
    }

    private static async Task<(int Port, string Socket)> StartAsync()
    {
        var account = Environment.IsPrivilegedProcess ? "mysql" : Environment.UserName;
        var folder = await PrivateDaemon.CreateFolderAsync(account);
        var (data, socket, port) = ($"{folder}/data", $"{folder}/s", Loopback.FreeEndpoint().Port);
        await PrivateDaemon.RunAsync(Installer, "--no-defaults", $"--datadir={data}", $"--user={account}", "--auth-root-authentication-method=normal", "--skip-test-db");
        await PrivateDaemon.StartAsync(
            folder,
            () => IsReadyAsync(socket),
            Server,
            "--no-defaults",
            $"--user={account}",
            $"--datadir={data}",
            $"--socket={socket}",
            $"--pid-file={folder}/pid",
            string.Create(CultureInfo.InvariantCulture, $"--port={port}"),
            "--bind-address=127.0.0.1",
            "--innodb-flush-log-at-trx-commit=0");
        await ExecuteAsync(socket, "", $"create user {MariaDbDatabase.User} identified by '{MariaDbDatabase.Password}'; grant all on *.* to {MariaDbDatabase.User}");
        return (port, socket);
    }

    private static async Task<bool> IsReadyAsync(string socket)
    {
        try
        {
            await ExecuteAsync(socket, "", "select 1");
            return true;
        }
        catch (MySqlException)
        {
            return false;
        }
    }

    private static async Task ExecuteAsync(string socket, string database, string statements)
    {
        await using var connection = new MySqlConnection($"Server={socket};Protocol=Unix;User ID=root;Database={database};Pooling=False;Connection Timeout=2");
        await connection.OpenAsync();
        await using var command = new MySqlCommand(statements, connection);
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>A database and the ways to it.</summary>
internal sealed record MariaDbDatabase(int Port, string Socket, string Name)
{
    public const string User = "joe";
    public const string Password = "s3cret";

    /// <summary>An item of mysql_servers.</summary>
    public string ByPort => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1::{Port}/{Name}/{User}/{Password}");

    public string BySocket => $"localhost({Socket})/{Name}/{User}/{Password}";
}
