using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.EndToEnd.Tests.Crash;

/// <summary>The node as a program of its own, which can be killed.</summary>
internal sealed class NodeProcess(string program, IReadOnlyList<string> options, IPEndPoint endpoint) : IDisposable
{
    private Process? _process;

    /// <summary>Starts it, and returns when it answers.</summary>
    public async Task StartAsync()
    {
        _process?.Dispose();
        var process = _process = Process.Start(new ProcessStartInfo("dotnet", [program, "run", .. options]) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        await Eventually.IsAsync(
            async () => process.HasExited ? throw new InvalidOperationException($"the node ended: {await errors}") : await AnswersAsync() ? "" : null,
            () => Task.FromResult("the node did not answer"));
    }

    /// <summary>SIGKILL: nothing of the program runs any more.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (_process is { HasExited: false } running)
        {
            running.Kill();
        }

        _process?.Dispose();
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await using var client = await SmtpTestClient.ConnectAsync(endpoint);
            return await client.ReadReplyAsync() is not null;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
