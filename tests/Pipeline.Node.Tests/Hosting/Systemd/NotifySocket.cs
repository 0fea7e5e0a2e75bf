using System.Net.Sockets;
using System.Text;

namespace Pipeline.Node.Tests.Hosting.Systemd;

/// <summary>The service manager's end of the notify protocol.</summary>
internal sealed class NotifySocket : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nt");
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    /// <param name="isAbstract">In the abstract namespace, as within containers of systemd-nspawn.</param>
    public NotifySocket(bool isAbstract = false)
    {
        var path = Path.Combine(_folder.FullName, "s");
        Address = isAbstract ? $"@{path}" : path;
        _socket.Bind(new UnixDomainSocketEndPoint(isAbstract ? $"\0{path}" : path));
    }

    /// <summary>The value of NOTIFY_SOCKET.</summary>
    public string Address { get; }

    public bool HasMore => _socket.Available > 0;

    /// <summary>The next datagram.</summary>
    public async Task<string> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var buffer = new byte[4096];
        var length = await _socket.ReceiveAsync(buffer, patience.Token);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    /// <summary>Datagrams up to the first that begins like this, which is the last.</summary>
    public async Task<List<string>> ReceiveUntilAsync(string beginning)
    {
        List<string> all = [];
        do
        {
            all.Add(await ReceiveAsync());
        }
        while (!all[^1].StartsWith(beginning, StringComparison.Ordinal));

        return all;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _folder.Delete(recursive: true);
    }
}
