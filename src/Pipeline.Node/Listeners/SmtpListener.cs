using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Pipeline.Actors.Receipt;
using Pipeline.Node.Listeners.Proxy;
using Pipeline.Node.Listeners.Tls;

namespace Pipeline.Node.Listeners;

/// <summary>All SMTP endpoints of a node, and what they share: connection counts, certificates, handshake turns.</summary>
public sealed class SmtpListener : IDisposable
{
    private readonly ListenerOptions _options;
    private readonly IReceiptService _service;
    private readonly ConnectionLimiter _limiter;
    private readonly TlsServer _tls;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly List<ListenOptions> _bound = [];
    private readonly CancellationTokenSource _closing = new();

    /// <param name="certificates">Empty for a server without TLS.</param>
    /// <exception cref="ArgumentException">The options are not valid; the message lists all that is wrong.</exception>
    public SmtpListener(
        ListenerOptions options, IReceiptService service, ServerCertificates certificates, TimeProvider time, ILogger<SmtpListener> log)
    {
        ImmutableArray<string> problems = options.Validate();
        if (certificates.IsEmpty && !options.Endpoints.IsDefault && options.Endpoints.Any(endpoint => endpoint.ImplicitTls))
        {
            problems = problems.Add("an endpoint with implicit TLS needs a certificate");
        }

        if (!problems.IsEmpty)
        {
            throw new ArgumentException(string.Join("; ", problems), nameof(options));
        }

        _options = options;
        _service = service;
        _limiter = new ConnectionLimiter(options.Limits);
        _tls = new TlsServer(certificates, options.Limits, time);
        _time = time;
        _log = log;
    }

    /// <summary>Connections now, all endpoints together.</summary>
    public int ConnectionCount => _limiter.Count;

    /// <summary>Where the server listens, in the order of the options; real ports once it has started.</summary>
    public ImmutableArray<IPEndPoint> Endpoints => [.. _bound.Select(bound => bound.IPEndPoint!)];

    /// <summary>Adds the endpoints to a Kestrel server that has not started.</summary>
    public void Attach(KestrelServerOptions kestrel)
    {
        foreach (ListenerEndpoint endpoint in _options.Endpoints)
        {
            kestrel.Listen(endpoint.Address, listen => Attach(listen, endpoint));
        }
    }

    /// <summary>Takes no more mail while the server goes on: connections get 421, sessions end at their next command.</summary>
    public void Close() => _closing.Cancel();

    public void Dispose()
    {
        _tls.Dispose();
        _closing.Dispose();
    }

    private void Attach(ListenOptions listen, ListenerEndpoint endpoint)
    {
        listen.Use(next => new ProxyProtocolMiddleware(
            next, endpoint.ProxyNetworks, _service, _options.Limits.ProxyHeaderTimeout, _time, _log).OnConnectionAsync);
        var handler = new SmtpConnectionHandler(endpoint, _options, _service, _limiter, _tls, _time, _log, _closing.Token);
        listen.Run(handler.OnConnectedAsync);
        _bound.Add(listen);
        ListenerLog.Listening(_log, endpoint.Address, endpoint.ImplicitTls);
    }
}
