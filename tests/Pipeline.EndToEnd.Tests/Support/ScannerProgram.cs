using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Pipeline.Tests.Support;

namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>A scanning server of another author as a private instance on loopback, which asks nothing of any network.</summary>
internal sealed class ScannerProgram : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private ScannerProgram(Process process, int port) => (_process, Address) = (process, string.Create(CultureInfo.InvariantCulture, $"127.0.0.1 {port}"));

    /// <summary>The item of spamd_address that leads here, without options.</summary>
    public string Address { get; }

    /// <param name="port">Where it will listen.</param>
    public static async Task<ScannerProgram> StartAsync(string program, IEnumerable<string> arguments, int port)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments))!;
        var started = new ScannerProgram(process, port);
        if (!await Polling.UntilAsync(() => Task.FromResult(process.HasExited || Listens(port)), Patience) || process.HasExited)
        {
            await started.DisposeAsync();
            throw new InvalidOperationException($"{program} does not start");
        }

        return started;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // In order: its children end with it.
            using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static bool Listens(int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
