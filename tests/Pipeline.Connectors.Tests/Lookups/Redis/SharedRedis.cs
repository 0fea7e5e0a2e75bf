using System.Globalization;
using System.Net.Sockets;
using Pipeline.Connectors.Tests.Lookups.Servers;
using Pipeline.Tests.Support;
using Pipeline.Tests.Support.Processes;

namespace Pipeline.Connectors.Tests.Lookups.Redis;

/// <summary>One private Redis server for all tests of the process, on a port and a socket.</summary>
internal static class SharedRedis
{
    public const string Password = "s3cret";

    private const string Server = "/usr/bin/redis-server";

    private static readonly Lazy<Task<(int Port, string Socket)>> Running = new(StartAsync);

    /// <summary>Why there is none on this machine; null when there is one.</summary>
    public static string? WhyNot => File.Exists(Server) ? null : $"needs {Server} (redis-server), which is not installed";

    public static Task<(int Port, string Socket)> WayAsync() => Running.Value;

    private static async Task<(int Port, string Socket)> StartAsync()
    {
        var folder = await PrivateDaemon.CreateFolderAsync();
        var (port, socket) = (Loopback.FreeEndpoint().Port, $"{folder}/s");
        await PrivateDaemon.StartAsync(
            folder,
            () => IsReadyAsync(socket),
            Server,
            "--dir", folder, "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--unixsocket", socket, "--requirepass", Password, "--save", "");
        return (port, socket);
    }

    private static async Task<bool> IsReadyAsync(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class RedisFactAttribute() : ServerFactAttribute(SharedRedis.WhyNot);
