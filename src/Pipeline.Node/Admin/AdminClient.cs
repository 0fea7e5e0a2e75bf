using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Kernel.Inspection;
using Pipeline.Node.CommandLine.Queue;

namespace Pipeline.Node.Admin;

/// <summary>Asks a running node and gives it orders: through its Unix socket, or at its admin port by mutual TLS.</summary>
/// <remarks>Every call throws <see cref="AdminException"/> when the node refuses, or cannot be reached.</remarks>
internal sealed class AdminClient : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly RemoteNode? _remote;

    private AdminClient(SocketsHttpHandler transport, RemoteNode? remote)
    {
        _remote = remote;
        _http = new HttpClient(transport)
        {
            BaseAddress = remote is null ? new Uri("http://node/") : new UriBuilder("https", remote.Host, remote.Port).Uri,
            DefaultRequestVersion = remote is null ? HttpVersion.Version11 : HttpVersion.Version20,
            Timeout = Timeout,
        };
    }

    /// <summary>To the node that runs on a store of this machine.</summary>
    /// <returns>Null when no node runs on the store.</returns>
    public static Task<AdminClient?> ConnectAsync(string storeDirectory, CancellationToken cancellationToken) =>
        ConnectToAsync(SpoolPaths.AdminSocket(storeDirectory), cancellationToken);

    /// <summary>To the node that listens on a Unix socket.</summary>
    /// <returns>Null when no node listens there.</returns>
    public static async Task<AdminClient?> ConnectToAsync(string socket, CancellationToken cancellationToken)
    {
        if (!File.Exists(socket))
        {
            return null;
        }

        var client = new AdminClient(AdminTransport.Local(socket), null);
        try
        {
            await client.GetAsync("status", AdminJson.Default.NodeStatus, cancellationToken);
            return client;
        }
        catch (AdminException)
        {
            return client; // the node is there, and tells its status to operators only
        }
        catch (HttpRequestException error) when (error.InnerException is SocketException or IOException)
        {
            client.Dispose();
            return null; // a node that was killed leaves its socket behind; one that stops hangs up
        }
    }

    /// <summary>To any node, by its admin port. Connects with the first request.</summary>
    public static AdminClient To(RemoteNode node, TimeProvider time) => new(AdminTransport.Network(node, time), node);

    public Task<NodeStatus> StatusAsync(CancellationToken cancellationToken) =>
        GuardAsync(() => GetAsync("status", AdminJson.Default.NodeStatus, cancellationToken), cancellationToken);

    public Task<HealthReport> HealthAsync(CancellationToken cancellationToken) =>
        GuardAsync(() => GetAsync("health", AdminJson.Default.HealthReport, cancellationToken), cancellationToken);

    /// <param name="path">Such as <c>/user/pipeline</c>; <c>/</c> for all.</param>
    public Task<ActorSnapshot> ActorsAsync(string path, int depth, int limit, CancellationToken cancellationToken) => GuardAsync(
        () => GetAsync(
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"actors?path={Uri.EscapeDataString(path)}&depth={depth}&limit={limit}"),
            AdminJson.Default.ActorSnapshot,
            cancellationToken),
        cancellationToken);

    public Task<ActorSystemSnapshot> ActorSystemAsync(CancellationToken cancellationToken) =>
        GuardAsync(() => GetAsync("actors/system", AdminJson.Default.ActorSystemSnapshot, cancellationToken), cancellationToken);

    /// <param name="actor">A path, or a message id.</param>
    public Task<InspectedActor> InspectActorAsync(string actor, CancellationToken cancellationToken) =>
        GuardAsync(() => GetAsync($"actors/inspect?path={Uri.EscapeDataString(actor)}", AdminJson.Default.InspectedActor, cancellationToken), cancellationToken);

    /// <param name="order">One of <see cref="MessageOrders"/>.</param>
    public Task<OrderResult> OrderAsync(string id, string order, IEnumerable<string> addresses, CancellationToken cancellationToken) => PostAsync(
        $"queue/{Uri.EscapeDataString(id)}/{order}?{string.Join('&', addresses.Select(static address => $"{MessageOrders.Address}={Uri.EscapeDataString(address)}"))}",
        cancellationToken);

    public Task<OrderResult> OrderAsync(string id, string order, CancellationToken cancellationToken) => OrderAsync(id, order, [], cancellationToken);

    /// <summary>A queue run: what waits for one is tried, and what is due.</summary>
    /// <param name="queue">The named queue; empty for the default one.</param>
    /// <param name="force">Whether the load of the machine is not looked at.</param>
    public Task<OrderResult> RunQueueAsync(CancellationToken cancellationToken, string queue = "", bool force = false) =>
        PostAsync($"queue/run?queue={Uri.EscapeDataString(queue)}&force={(force ? "true" : "false")}", cancellationToken);

    /// <summary>Asks for any document.</summary>
    /// <param name="path">Below the root, with its query.</param>
    public Task<T> AskAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        GuardAsync(() => GetAsync(path, type, cancellationToken), cancellationToken);

    /// <summary>The queue as <c>-bp</c> prints it.</summary>
    public Task<string> ListQueueAsync(QueueListing listing, CancellationToken cancellationToken) => GuardAsync(
        async () =>
        {
            using var response = await _http.GetAsync(new Uri(QueueEndpoint.PathOf(listing), UriKind.Relative), cancellationToken);
            return response.IsSuccessStatusCode
                ? await response.Content.ReadAsStringAsync(cancellationToken)
                : throw await ProblemAsync(response, cancellationToken);
        },
        cancellationToken);

    public void Dispose() => _http.Dispose();

    /// <summary>Gives any order.</summary>
    public Task<OrderResult> PostAsync(string path, CancellationToken cancellationToken) => GuardAsync(
        async () =>
        {
            using var response = await _http.PostAsync(new Uri(path, UriKind.Relative), null, cancellationToken);
            return await ReadAsync(response, AdminJson.Default.OrderResult, cancellationToken);
        },
        cancellationToken);

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return await ReadAsync(response, type, cancellationToken);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return (await response.Content.ReadFromJsonAsync(type, cancellationToken))!;
        }

        throw await ProblemAsync(response, cancellationToken);
    }

    private static async Task<AdminException> ProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var problem = response.Content.Headers.ContentType?.MediaType == AdminAuthorization.ProblemType
            ? await response.Content.ReadFromJsonAsync(AdminJson.Default.AdminProblem, cancellationToken)
            : null;
        return new AdminException(problem?.Detail ?? $"the node answered {(int)response.StatusCode}");
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask();
        }
        catch (HttpRequestException error)
        {
            throw new AdminException(_remote is { } remote ? Why(remote, error) : $"the node cannot be reached: {error.Message}") { Unreachable = true };
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AdminException($"{_remote?.ToString() ?? "the node"}: no answer for {Timeout.TotalSeconds} s") { Unreachable = true };
        }
    }

    /// <summary>In TLS 1.3 a client learns only after the handshake that its certificate was not accepted, as the end of the connection.</summary>
    private static string Why(RemoteNode remote, HttpRequestException error) => error.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError => $"{remote} cannot be reached: {error.InnerException?.Message ?? error.Message}",
        HttpRequestError.SecureConnectionError when error.InnerException is AuthenticationException =>
            $"{remote}: no secure connection: {error.InnerException.InnerException?.Message ?? error.InnerException.Message} "
            + $"(the node's certificate must be of {remote.Authority} and name {remote.Host}; yours, {remote.Certificate}, must be of an authority the node believes)",
        _ => $"{remote} hung up: it does not accept the certificate {remote.Certificate} "
            + $"(expired, or not of an authority it believes), or has stopped ({error.InnerException?.Message ?? error.Message})",
    };
}
