using System.Collections.Concurrent;
using System.Diagnostics;

namespace Pipeline.Tests.Support.Processes;

/// <summary>A server of this process alone, in a folder of its own. It hangs on a pipe to this process: both end together, however the process ends.</summary>
public sealed class PrivateDaemon : IAsyncDisposable
{
    // Reads until the pipe from the parent is closed; then ends the server and deletes its folder.
    private const string Lifeline =
        """
        trap '' HUP INT TERM
        folder="$1"; shift
        exec 3<&0
        "$@" </dev/null >"$folder/output" 2>&1 &
        server=$!
        ( cat <&3 >/dev/null; kill -KILL $server 2>/dev/null ) &
        watch=$!
        wait $server
        wait $watch
        rm -rf "$folder"
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // One that nobody disposes of lives as long as this process: its pipe must not be collected.
    private static readonly ConcurrentDictionary<PrivateDaemon, bool> Living = new();

    private readonly Process _process;

    private PrivateDaemon(Process process)
    {
        _process = process;
        Living[this] = true;
    }

    /// <summary>An empty folder below the one for temporary files, with a short name, since sockets lie in it.</summary>
    /// <param name="account">To whom it belongs when this process is root; null for nobody else.</param>
    public static async Task<string> CreateFolderAsync(string? account = null)
    {
        var folder = Directory.CreateTempSubdirectory("pd").FullName;
        if (account is not null && Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", account, folder);
        }

        return folder;
    }

    /// <param name="folder">Of <see cref="CreateFolderAsync"/>; deleted when the server has ended.</param>
    /// <param name="isReady">Whether the server can be used. Asked again until it says so.</param>
    /// <param name="command">The program, which must stay in the foreground, and its arguments.</param>
    /// <exception cref="InvalidOperationException">It does not start; the message has what it printed.</exception>
    public static async Task<PrivateDaemon> StartAsync(string folder, Func<Task<bool>> isReady, params string[] command)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Lifeline, "daemon", folder, .. command]) { RedirectStandardInput = true, WorkingDirectory = "/" };
        var daemon = new PrivateDaemon(Process.Start(start)!);
        if (await Polling.UntilAsync(isReady, Patience))
        {
            return daemon;
        }

        var output = Path.Combine(folder, "output");
        var said = File.Exists(output) ? await File.ReadAllTextAsync(output) : "nothing";
        await daemon.DisposeAsync();
        throw new InvalidOperationException($"{command[0]} does not start: {said}");
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It fails; the message has what it printed.</exception>
    public static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ends with {process.ExitCode}: {string.Join(' ', await said).Trim()}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Living.TryRemove(this, out _);
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
