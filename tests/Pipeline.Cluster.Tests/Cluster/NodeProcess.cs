using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Pipeline.Tests.Support;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>A node as a program of its own, which can be killed and frozen. All its lives have the same endpoint and the same log.</summary>
internal sealed class NodeProcess(string name, string policy, string settings, string log, Link link, Reaper reaper) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Has itself entered with the reaper before it becomes the node: no node is left behind, whenever the run ends.
    private const string Script =
        """
        echo "kill -KILL $$" >"$0" || exit
        exec >>"$1" 2>&1
        shift
        exec "$@"
        """;

    private readonly string _undo = reaper.Reserve();
    private Process? _process;

    public string Name => name;

    public IPEndPoint Endpoint => link.Endpoint;

    /// <summary>Variables of the environment that its next life begins with, beside those of this process.</summary>
    public Dictionary<string, string?> Environment { get; } = [];

    /// <summary>Whether clients may try it: neither killed nor frozen by the run.</summary>
    public bool IsUp { get; private set; }

    public bool HasEnded => _process is { HasExited: true };

    public string LogEnd() => File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(15)) : "";

    /// <summary>Starts the program, and returns when it takes mail.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _process?.Dispose();
        var program = Path.Combine(AppContext.BaseDirectory, "mailpipeline.dll");
        var start = new ProcessStartInfo(
            "/bin/sh", ["-c", Script, _undo, log, .. link.Enter, "dotnet", program, "run", "--config", policy, "--node", settings]);
        foreach (var (variable, value) in Environment)
        {
            start.Environment[variable] = value;
        }

        _process = Process.Start(start)!;
        if (!await AnswersAsync(cancellationToken))
        {
            throw new InvalidOperationException($"{name} does not take mail; the end of its log:\n{LogEnd()}");
        }

        IsUp = true;
    }

    /// <summary>Whether it greets clients, now or within a minute.</summary>
    public Task<bool> AnswersAsync(CancellationToken cancellationToken) =>
        Polling.UntilAsync(
            async () => HasEnded ? throw new InvalidOperationException($"{name} has ended by itself; the end of its log:\n{LogEnd()}") : await GreetsAsync(),
            Patience,
            cancellationToken);

    public async Task KillAsync(CancellationToken cancellationToken)
    {
        IsUp = false;
        _process!.Kill();
        await _process.WaitForExitAsync(cancellationToken);
        File.Delete(_undo);
    }

    public Task FreezeAsync(CancellationToken cancellationToken) => SignalAsync("-STOP", cancellationToken);

    public Task ThawAsync(CancellationToken cancellationToken) => SignalAsync("-CONT", cancellationToken);

    /// <summary>The reaper ends the program.</summary>
    public void Dispose() => _process?.Dispose();

    private async Task SignalAsync(string signal, CancellationToken cancellationToken)
    {
        if (await Shell.RunAsync("kill $1 $2", [signal, _process!.Id.ToString(CultureInfo.InvariantCulture)], cancellationToken) is { } reason)
        {
            throw new InvalidOperationException($"{name} cannot be given {signal}: {reason}");
        }
    }

    private async Task<bool> GreetsAsync()
    {
        try
        {
            await using var session = await SmtpClientSession.OpenAsync(Endpoint, TimeSpan.FromSeconds(5));
            return true;
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
