using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Connectors.Ports;
using Pipeline.Node.Admin;
using Pipeline.Node.Admin.Tls;
using Pipeline.Node.Configuration;
using Pipeline.Node.Scanning;
using Pipeline.Node.Tests.Admin;
using Pipeline.Tests.Support.Tls;

namespace Pipeline.Node.Tests.Scanning;

/// <summary>The admin port of a node that scans, with nothing else of the node behind it.</summary>
internal sealed class ScannerHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly LocalScanner _scanner;
    private readonly AdminListener _listener;

    private ScannerHost(WebApplication application, LocalScanner scanner, AdminListener listener) =>
        (_application, _scanner, _listener) = (application, scanner, listener);

    public int Port => _listener.Endpoint.Port;

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public int Running => _scanner.Running;

    public AdminCertificates Certificates => _listener.Certificates;

    /// <param name="role">Of the certificate that it shows.</param>
    /// <param name="avScanner">Its own av_scanner.</param>
    public static async Task<ScannerHost> StartAsync(
        TestAuthority authority, string name, IMessageScanner servers, ScanSettings? settings = null, string? role = "node", TestAuthority? believes = null, string? avScanner = null)
    {
        var scan = settings ?? new ScanSettings();
        var (certificate, key) = authority.Sign(name, role, isServer: true, isClient: true);
        List<string> errors = [];
        var listener = AdminListener.Create(
            new AdminSettings { Listen = "127.0.0.1:0", Certificate = certificate, Key = key, ClientCa = (believes ?? authority).File },
            errors,
            TimeProvider.System,
            NullLogger.Instance);
        Assert.Empty(errors);
        var scanner = new LocalScanner(servers, scan.Concurrent, TimeProvider.System);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(listener!.Attach);
        var application = builder.Build();
        application.Use(AdminAuthorization.Middleware(NullLogger.Instance));
        application.UseRouting();
        application.MapPost(ScanCalls.Path, new ScanEndpoint(scanner, scan, name, () => avScanner, NullLogger.Instance).ServeAsync);
        await application.StartAsync();
        return new ScannerHost(application, scanner, listener);
    }

    /// <summary>Ends at once: whatever is under way is cut off.</summary>
    public Task KillAsync() => _application.StopAsync(new CancellationToken(canceled: true));

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await _application.DisposeAsync();
        _scanner.Dispose();
    }
}
