using System.Diagnostics;
using System.Globalization;
using System.Net;
using Pipeline.Node.Configuration;
using Pipeline.Node.Hosting;

namespace Pipeline.Node.CommandLine.ClusterDemo;

/// <summary>A node as a process of its own, on a free port of loopback. It does not outlive this process, however this one ends.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    /// <summary>Networks that the demonstration's clients come from: they say in a PROXY header whom they stand for.</summary>
    private const string Clients = "127.0.0.0/8";

    private const string ListeningOn = "listening on ";

    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    // Says the node's process id, and kills the node when the pipe from the parent is closed. Ctrl-C reaches the script as well as the parent, which has to end first.
    private const string Lifeline =
        """
        trap '' INT
        exec 3<&0 2>>"$1"
        log=$1; shift
        "$@" </dev/null 3<&- >>"$log" 2>&1 &
        node=$!
        echo $node
        exec >/dev/null
        ( cat <&3; kill -KILL $node ) &
        wait $node
        """;

    private readonly Process _script;
    private readonly string _log;
    private readonly int _id;

    private NodeProcess(string name, Process script, string log, int id) => (Name, _script, _log, _id) = (name, script, log, id);

    public string Name { get; }

    /// <summary>Where it takes mail.</summary>
    public IPEndPoint Endpoint { get; private set; } = new(IPAddress.Loopback, 0);

    /// <summary>Starts a node and waits until it takes mail.</summary>
    /// <param name="program">How this program is called: the executable, with what comes before the arguments.</param>
    /// <exception cref="NodeStartException">It does not start; the message has its own words.</exception>
    public static async Task<NodeProcess> StartAsync(
        ImmutableArray<string> program, string name, LocalFiles files, string database, TimeProvider time, CancellationToken cancellationToken)
    {
        var log = Path.Combine(files.Folder, $"{name}.log");
        string[] run = [.. program, "run", "-C", files.Policy, "--node", files.Settings, "-D", $"SPOOL={files.Folder}"];
        var start = new ProcessStartInfo("/bin/sh", ["-c", Lifeline, "node", log, .. run]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var foreign in start.Environment.Keys.Where(key => key.StartsWith(NodeSettingsReader.EnvironmentPrefix, StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(foreign);
        }

        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // the runtime's diagnostic sockets would outlive a killed process
        Set("Name", name);
        Set("StoreDirectory", Path.Combine(files.Folder, name));
        Set("Cluster__Database", database);
        Set("Listen__0__Address", "127.0.0.1:0");
        Set("Listen__0__ProxyFrom__0", Clients);
        var script = Process.Start(start) ?? throw new NodeStartException([$"{name}: /bin/sh does not start"]);
        var id = await script.StandardOutput.ReadLineAsync(cancellationToken);
        var node = new NodeProcess(name, script, log, int.Parse(id ?? "0", CultureInfo.InvariantCulture));
        try
        {
            await node.ListenAsync(time, cancellationToken);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }

        void Set(string setting, string value) => start.Environment[NodeSettingsReader.EnvironmentPrefix + setting] = value;
    }

    /// <summary>Ends the node as a crash does (SIGKILL) and waits until it is gone.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.GetProcessById(_id);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // It has ended already.
        }

        await _script.WaitForExitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _script.StandardInput.Close();
        await _script.WaitForExitAsync();
        _script.Dispose();
    }

    private async Task ListenAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            var text = File.Exists(_log) ? await File.ReadAllTextAsync(_log, cancellationToken) : "";
            if (ReadEndpoint(text) is { } endpoint)
            {
                Endpoint = endpoint;
                return;
            }

            if (_script.HasExited || time.GetElapsedTime(start) > StartTime)
            {
                throw new NodeStartException([$"{Name} does not start: {text.Trim()}"]);
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }
    }

    /// <summary>The address after the words of the node's first line; null as long as the line is not whole.</summary>
    internal static IPEndPoint? ReadEndpoint(string log)
    {
        var at = log.IndexOf(ListeningOn, StringComparison.Ordinal);
        var end = at < 0 ? -1 : log.IndexOf('\n', at);
        return end > at && IPEndPoint.TryParse(log.AsSpan(at + ListeningOn.Length, end - at - ListeningOn.Length).Trim(), out var endpoint) ? endpoint : null;
    }
}
