using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Pipeline.Tests.Support;

namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>The distribution's spamd as a private instance on loopback, which asks nothing of any network.</summary>
internal sealed class SpamAssassin : IAsyncDisposable
{
    public const string Program = "/usr/sbin/spamd";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private SpamAssassin(Process process, int port) => (_process, Address) = (process, string.Create(CultureInfo.InvariantCulture, $"127.0.0.1 {port}"));

    /// <summary>The value of spamd_address that leads here.</summary>
    public string Address { get; }

    public static async Task<SpamAssassin> StartAsync()
    {
        var port = Loopback.FreeEndpoint().Port;
        string[] user = Environment.IsPrivilegedProcess ? ["-u", "nobody"] : [];
        var process = Process.Start(new ProcessStartInfo(
            Program,
            ["-L", "-x", "-m", "1", "-i", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-A", "127.0.0.1", "-s", "null", .. user]))!;
        var started = new SpamAssassin(process, port);
        if (!await Polling.UntilAsync(() => Task.FromResult(process.HasExited || Listens(port)), Patience) || process.HasExited)
        {
            await started.DisposeAsync();
            throw new InvalidOperationException("spamd does not start");
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
