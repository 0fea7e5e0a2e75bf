using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Pipeline.Storage.Postgres.Private;

/// <summary>A PostgreSQL server of this process alone: on loopback (and one more address when asked for), in a folder of its own, gone with the process. For the cluster demonstration and for tests.</summary>
/// <remarks>
/// The server hangs on a pipe to this process: when the process ends, however it ends, the server stops and its folder is deleted.
/// PostgreSQL does not run as root: a root process starts it as the user <c>postgres</c>, or <c>nobody</c> when there is no such user.
/// </remarks>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private const string User = "mailpipeline";

    // Reads until the pipe from the parent is closed; then stops the server and deletes its folder. The server's own end ends the script too.
    // What ends the parent's process group (Ctrl-C at a terminal, timeout(1)) reaches the script as well, and the parent has to end first.
    private const string Lifeline =
        """
        trap '' HUP INT TERM
        exec 3<&0
        "$1/postgres" -D "$2/data" </dev/null >>"$2/log" 2>&1 &
        server=$!
        ( cat <&3 >/dev/null; touch "$2/over"; kill -QUIT $server 2>/dev/null ) &
        watch=$!
        wait $server
        kill -KILL $watch 2>/dev/null
        [ -e "$2/over" ] && rm -rf "$2"
        exit 0
        """;

    private readonly string _programs;
    private Process? _server;

    private PrivatePostgres(string programs, string folder, int port) => (_programs, Folder, Port) = (programs, folder, port);

    /// <summary>Where the data and the log are.</summary>
    public string Folder { get; }

    public int Port { get; }

    /// <summary>Whether a server of this machine can be started; the reason when it cannot.</summary>
    public static string? WhyNot()
    {
        if (PostgresPrograms.Find() is null)
        {
            return "PostgreSQL's programs (initdb, postgres) are not installed";
        }

        return Environment.IsPrivilegedProcess && !File.Exists("/usr/bin/setpriv") ? "PostgreSQL does not run as root, and setpriv is not installed" : null;
    }

    /// <param name="durable">False: no flushes, for tests whose machine does not fail.</param>
    /// <exception cref="InvalidOperationException">It cannot be started; the message has the server's own words.</exception>
    public static Task<PrivatePostgres> StartAsync(bool durable, CancellationToken cancellationToken) => StartAsync(durable, null, cancellationToken);

    /// <param name="durable">False: no flushes, for tests whose machine does not fail.</param>
    /// <param name="beside">A second way in beside loopback; null for none.</param>
    /// <exception cref="InvalidOperationException">It cannot be started; the message has the server's own words.</exception>
    public static async Task<PrivatePostgres> StartAsync(bool durable, PostgresEntrance? beside, CancellationToken cancellationToken)
    {
        if (WhyNot() is { } reason)
        {
            throw new InvalidOperationException(reason);
        }

        var folder = Directory.CreateTempSubdirectory("mailpipeline-pg-").FullName;
        var server = new PrivatePostgres(PostgresPrograms.Find()!, folder, FreePort());
        try
        {
            if (Environment.IsPrivilegedProcess)
            {
                await RunAsync("chown", [Account(), folder], cancellationToken);
            }

            await RunAsUserAsync(
                Path.Combine(server._programs, "initdb"),
                ["-D", Path.Combine(folder, "data"), "-A", "trust", "-U", User, "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"],
                cancellationToken);
            await AppendAsync($"{folder}/data/postgresql.conf", Settings(folder, server.Port, durable, beside), cancellationToken);
            if (beside is not null)
            {
                await AppendAsync($"{folder}/data/pg_hba.conf", $"host all all {beside.From} trust", cancellationToken);
            }

            await server.StartServerAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public string ConnectionString(string database = "postgres") => $"Host=127.0.0.1;Port={Port};Username={User};Database={database}";

    /// <summary>Makes an empty database and returns the way to it.</summary>
    public async Task<string> CreateDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString() + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"CREATE DATABASE \"{name}\"", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return ConnectionString(name);
    }

    /// <summary>Starts the server again after <see cref="StopServerAsync"/>, on the same data and port.</summary>
    public async Task StartServerAsync(CancellationToken cancellationToken)
    {
        _server = Start("/bin/sh", ["-c", Lifeline, "postgres", _programs, Folder]);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString() + ";Pooling=false;Timeout=2");
                await connection.OpenAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException) when (attempt < 400 && !_server.HasExited)
            {
                await Task.Delay(25, cancellationToken);
            }
            catch (NpgsqlException error)
            {
                throw new InvalidOperationException($"the private PostgreSQL did not start: {await ReadLogAsync()}", error);
            }
        }
    }

    /// <summary>Stops the server: in order (its clients are disconnected), or as a crash does.</summary>
    public async Task StopServerAsync(bool crash, CancellationToken cancellationToken)
    {
        if (_server is not { HasExited: false } server)
        {
            return;
        }

        var lines = await File.ReadAllLinesAsync(Path.Combine(Folder, "data", "postmaster.pid"), cancellationToken);
        await RunAsync("kill", [crash ? "-QUIT" : "-INT", lines[0]], cancellationToken);
        await server.WaitForExitAsync(cancellationToken);
        server.Dispose();
        _server = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { } server)
        {
            server.StandardInput.Close();
            await server.WaitForExitAsync();
            server.Dispose();
            _server = null;
        }

        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private static Task AppendAsync(string file, string lines, CancellationToken cancellationToken) =>
        RunAsUserAsync("/bin/sh", ["-c", $"cat >> {file} <<'END'\n{lines}\nEND"], cancellationToken);

    private static string Settings(string folder, int port, bool durable, PostgresEntrance? beside) =>
        $"""
        listen_addresses = '127.0.0.1{(beside is null ? "" : "," + beside.Address)}'
        port = {port}
        unix_socket_directories = '{folder}'
        max_connections = 200
        shared_buffers = 256MB
        wal_compression = lz4
        max_wal_size = 4GB
        checkpoint_timeout = 15min
        fsync = {(durable ? "on" : "off")}
        full_page_writes = {(durable ? "on" : "off")}
        log_min_messages = fatal
        """;

    private static string Account() => File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static async Task RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{program} does not start");
        var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {string.Join(" ", await said).Trim()}");
        }
    }

    private static (string Program, string[] Arguments) AsUser(string program, string[] arguments) =>
        Environment.IsPrivilegedProcess ? ("setpriv", ["--reuid", Account(), "--regid", "nogroup", "--clear-groups", program, .. arguments]) : (program, arguments);

    private static async Task RunAsUserAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        var (file, all) = AsUser(program, arguments);
        await RunAsync(file, all, cancellationToken);
    }

    private static Process Start(string program, string[] arguments)
    {
        var (file, all) = AsUser(program, arguments);
        return Process.Start(new ProcessStartInfo(file, all) { RedirectStandardInput = true, WorkingDirectory = "/" })
            ?? throw new InvalidOperationException($"{program} does not start");
    }

    private async Task<string> ReadLogAsync()
    {
        var log = Path.Combine(Folder, "log");
        return File.Exists(log) ? (await File.ReadAllTextAsync(log)).Trim() : "it left no log";
    }
}
