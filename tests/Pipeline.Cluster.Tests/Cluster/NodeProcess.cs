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
    private long _logStart;

    public string Name => name;

    /// <summary>What the next life runs.</summary>
    public string Program { get; set; } = ThisProgram;

    /// <summary>The program that these tests were built with.</summary>
    public static string ThisProgram { get; } = Path.Combine(AppContext.BaseDirectory, "mailpipeline.dll");

    /// <summary>The file of its node settings, for commands beside it.</summary>
    public string Settings => settings;

    public IPEndPoint Endpoint => link.Endpoint;

    /// <summary>Whether clients may try it: neither killed nor frozen by the run.</summary>
    public bool IsUp { get; private set; }

    public bool HasEnded => _process is { HasExited: true };

    public string LogEnd() => File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(15)) : "";

    /// <summary>What the program has said since it was last started.</summary>
    public string LogOfThisLife()
    {
        using var text = new StreamReader(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        text.BaseStream.Position = _logStart;
        return text.ReadToEnd();
    }

    /// <summary>Starts the program, which reads this environment beside its own; returns at once.</summary>
    public void Launch(params ReadOnlySpan<(string Name, string Value)> environment)
    {
        _process?.Dispose();
        _logStart = File.Exists(log) ? new FileInfo(log).Length : 0;
        var start = new ProcessStartInfo(
            "/bin/sh", ["-c", Script, _undo, log, .. link.Enter, "dotnet", Program, "run", "--config", policy, "--node", settings]);
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        _process = Process.Start(start)!;
    }

    /// <summary>Starts the program, and returns when it takes mail.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Launch();
        return UpAsync(cancellationToken);
    }

    /// <summary>Returns when the program that was launched takes mail.</summary>
    public async Task UpAsync(CancellationToken cancellationToken)
    {
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

    /// <summary>Waits for the end of the program, which somebody else brings about.</summary>
    /// <returns>Its exit code; 128 and the number of a signal that ended it.</returns>
    public async Task<int> EndAsync(CancellationToken cancellationToken)
    {
        await _process!.WaitForExitAsync(cancellationToken);
        IsUp = false;
        File.Delete(_undo);
        return _process.ExitCode;
    }

    /// <summary>Asks the program to stop in good order.</summary>
    public Task TerminateAsync(CancellationToken cancellationToken)
    {
        IsUp = false;
        return SignalAsync("-TERM", cancellationToken);
    }

    public async Task KillAsync(CancellationToken cancellationToken)
    {
        IsUp = false;
        _process!.Kill();
        await EndAsync(cancellationToken);
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
