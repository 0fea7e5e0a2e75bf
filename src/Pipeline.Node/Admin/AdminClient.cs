using System.Net.Http.Json;
using System.Net.Sockets;

namespace Pipeline.Node.Admin;

/// <summary>Gives orders to the node that runs on a store, through its Unix socket.</summary>
internal sealed class AdminClient : IDisposable
{
    private readonly HttpClient _http;

    private AdminClient(string socket) => _http = new HttpClient(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (_, cancellationToken) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
                return new NetworkStream(connection, ownsSocket: true);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        },
    })
    { BaseAddress = new Uri("http://node/"), Timeout = TimeSpan.FromSeconds(30) };

    /// <returns>Null when no node runs on the store.</returns>
    public static async Task<AdminClient?> ConnectAsync(string storeDirectory, CancellationToken cancellationToken)
    {
        var socket = SpoolPaths.AdminSocket(storeDirectory);
        if (!File.Exists(socket))
        {
            return null;
        }

        var client = new AdminClient(socket);
        try
        {
            await client.StatusAsync(cancellationToken);
            return client;
        }
        catch (HttpRequestException error) when (error.InnerException is SocketException or IOException)
        {
            client.Dispose();
            return null; // a node that was killed leaves its socket behind; one that stops hangs up
        }
    }

    public async Task<NodeStatus> StatusAsync(CancellationToken cancellationToken) =>
        (await _http.GetFromJsonAsync("status", AdminJson.Default.NodeStatus, cancellationToken))!;

    /// <param name="action">retry or remove.</param>
    public Task<OrderResult> OrderAsync(string id, string action, CancellationToken cancellationToken) =>
        PostAsync($"queue/{Uri.EscapeDataString(id)}/{action}", cancellationToken);

    /// <summary>Looks for due work now.</summary>
    public Task<OrderResult> RunQueueAsync(CancellationToken cancellationToken) => PostAsync("queue/run", cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<OrderResult> PostAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await _http.PostAsync(new Uri(path, UriKind.Relative), null, cancellationToken);
        return (await response.Content.ReadFromJsonAsync(AdminJson.Default.OrderResult, cancellationToken))!;
    }
}
