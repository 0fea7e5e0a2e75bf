using System.Collections.Immutable;
using System.Net;
using Pipeline.Actors.Receipt;
using Pipeline.Node.Listeners.Tls;

namespace Pipeline.Node.Listeners;

/// <summary>An SMTP server in this process and nothing else: for tests and benchmarks.</summary>
public sealed class SmtpServer : IAsyncDisposable
{
    private readonly WebApplication _host;
    private readonly SmtpListener _listener;

    private SmtpServer(WebApplication host, SmtpListener listener)
    {
        _host = host;
        _listener = listener;
    }

    /// <summary>Where it listens, with real ports, in the order of the options.</summary>
    public ImmutableArray<IPEndPoint> Endpoints => _listener.Endpoints;

    public int ConnectionCount => _listener.ConnectionCount;

    /// <param name="certificates">Null for a server without TLS.</param>
    /// <param name="time">Null for the system's clock.</param>
    /// <param name="drainTimeout">How long <see cref="StopAsync"/> waits for sessions before it cuts them off; null for a minute.</param>
    public static async Task<SmtpServer> StartAsync(
        ListenerOptions options,
        IReceiptService service,
        ServerCertificates? certificates = null,
        TimeProvider? time = null,
        TimeSpan? drainTimeout = null,
        CancellationToken cancellationToken = default)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(service);
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddSmtpListeners(options, certificates ?? new ServerCertificates());
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = drainTimeout ?? TimeSpan.FromMinutes(1));
        WebApplication app = builder.Build();
        await app.StartAsync(cancellationToken);
        return new SmtpServer(app, app.Services.GetRequiredService<SmtpListener>());
    }

    /// <summary>Refuses new connections, ends idle sessions with 421, and waits for messages under way.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => _host.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
