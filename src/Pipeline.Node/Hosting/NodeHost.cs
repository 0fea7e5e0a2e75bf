using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Pipeline.Node.Admin;
using Pipeline.Node.Admin.Tls;
using Pipeline.Node.Listeners;

namespace Pipeline.Node.Hosting;

/// <summary>Everything of a node that listens: SMTP, its Unix sockets, the admin port.</summary>
internal sealed class NodeHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly NodeSockets _sockets;
    private readonly AdminListener? _admin;

    private NodeHost(WebApplication application, NodeSockets sockets, AdminListener? admin) => (_application, _sockets, _admin) = (application, sockets, admin);

    /// <summary>Where SMTP is spoken, with real ports.</summary>
    public ImmutableArray<IPEndPoint> Endpoints => _application.Services.GetService<SmtpListener>() is { } listener ? listener.Endpoints : [];

    /// <summary>Clients that are connected now.</summary>
    public int ConnectionCount => _application.Services.GetService<SmtpListener>()?.ConnectionCount ?? 0;

    /// <summary>Where orders are taken over the network, with its real port; null when they are not.</summary>
    public IPEndPoint? AdminEndpoint => _admin?.Endpoint;

    /// <param name="listeners">Null for a node that takes no mail over the network.</param>
    /// <param name="admin">Null when no orders are taken over the network.</param>
    public static async Task<NodeHost> StartAsync(
        NodeContext node,
        NodeFlow flow,
        ListenerOptions? listeners,
        AdminListener? admin,
        AdminServices services,
        OwnEndpoints own,
        CancellationToken cancellationToken)
    {
        var sockets = new NodeSockets(node.Policies.StoreDirectory, node.Options.ForOneCommand ? null : node.Options.Settings.Submission);
        var application = Build(node, flow, listeners, sockets, admin);
        var host = new NodeHost(application, sockets, admin);
        try
        {
            application.MapAdmin(services);
            await application.StartAsync(cancellationToken);
            own.Started(host.Endpoints);
            sockets.Publish();
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }

        if (host.AdminEndpoint is { } orders)
        {
            AdminLog.Listening(node.Logger, orders);
        }

        return host;
    }

    /// <summary>Takes no more mail from the network, and goes on taking orders.</summary>
    public void CloseToMail() => _application.Services.GetService<SmtpListener>()?.Close();

    /// <summary>Takes no more connections; sessions may end what they have begun until the token ends.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _application.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _sockets.Dispose(); // while the store is still locked: afterwards another node may have put its own there
        await _application.DisposeAsync();
    }

    private static WebApplication Build(NodeContext node, NodeFlow flow, ListenerOptions? listeners, NodeSockets sockets, AdminListener? network)
    {
        var settings = node.Options.Settings;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(node.Loggers);
        builder.Services.AddSingleton(node.Options.Time);
        builder.Services.AddSingleton(flow.Receipt);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.DrainTime);
        if (listeners is not null)
        {
            builder.Services.AddSmtpListeners(listeners, node.Policies.Certificates!);
        }

        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            var local = new LocalConnections(node, flow.Submission);
            foreach (var socket in sockets.All)
            {
                kestrel.ListenUnixSocket(socket.Binding, listen =>
                {
                    listen.Protocols = HttpProtocols.Http1;
                    local.Attach(listen, socket.IsOpen);
                });
            }

            network?.Attach(kestrel);
        });
        return builder.Build();
    }
}
