using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Pipeline.Tests.Support.Smtp;

/// <summary>
/// An SMTP or LMTP server on a loopback port of its own, or on a Unix socket, that does as a test says and remembers all it was told.
/// </summary>
/// <remarks>
/// Give it a script of one session (<see cref="Start"/>), or let it behave (<see cref="Serve"/>) and override single replies.
/// A script that fails makes <see cref="DisposeAsync"/> throw, so that no test passes by accident.
/// </remarks>
public sealed class ScriptedSmtpPeer : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly EndPoint _place;
    private readonly Func<SmtpPeerSession, Task> _script;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<SmtpPeerSession> _sessions = new();
    private readonly ConcurrentQueue<Exception> _failures = new();
    private readonly Task _running;

    private ScriptedSmtpPeer(Func<SmtpPeerSession, Task> script, EndPoint place)
    {
        _script = script;
        _listener = new Socket(place.AddressFamily, SocketType.Stream, place is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        _listener.Bind(place);
        _listener.Listen();
        _place = _listener.LocalEndPoint!;
        _running = AcceptAsync();
    }

    /// <summary>Where it listens, when that is a port.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_place;

    /// <summary>Sessions in the order of connecting.</summary>
    public IReadOnlyList<SmtpPeerSession> Sessions => [.. _sessions];

    /// <summary>Command lines of all sessions.</summary>
    public IReadOnlyList<string> Commands => [.. _sessions.SelectMany(session => session.Commands)];

    /// <summary>What came after each DATA, of all sessions, with doubled dots and the final dot.</summary>
    public IReadOnlyList<string> Messages => [.. _sessions.SelectMany(session => session.Messages)];

    /// <param name="script">Run for each connection.</param>
    public static ScriptedSmtpPeer Start(Func<SmtpPeerSession, Task> script) => new(script, new IPEndPoint(IPAddress.Loopback, 0));

    /// <summary>A server that takes everything, save where <paramref name="reply"/> says otherwise.</summary>
    /// <param name="reply">Asked before each reply, with the command line or a constant of <see cref="SmtpPeerReply"/>; null for the usual reply.</param>
    /// <param name="capabilities">Lines of the reply to EHLO after the first.</param>
    public static ScriptedSmtpPeer Serve(Func<string, string?>? reply = null, string[]? capabilities = null, X509Certificate2? certificate = null) =>
        Start(session => new SmtpPeerBehaviour(session, reply ?? (static _ => null), capabilities ?? [], certificate).RunAsync());

    /// <summary>The same on a Unix socket.</summary>
    public static ScriptedSmtpPeer ServeAt(string path, Func<string, string?>? reply = null, string[]? capabilities = null) => new(
        session => new SmtpPeerBehaviour(session, reply ?? (static _ => null), capabilities ?? [], null).RunAsync(), new UnixDomainSocketEndPoint(path));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        foreach (var session in _sessions)
        {
            session.Dispose();
        }

        await _running;
        _stopping.Dispose();
        if (_failures.TryDequeue(out var failure))
        {
            throw new InvalidOperationException("the script of the peer failed: " + failure.Message, failure);
        }
    }

    private async Task AcceptAsync()
    {
        var running = new List<Task>();
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var session = new SmtpPeerSession(await _listener.AcceptAsync(_stopping.Token), _stopping.Token);
                _sessions.Enqueue(session);
                running.Add(RunAsync(session));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The end, or a client that went away while it was being accepted.
            }
        }

        await Task.WhenAll(running);
    }

    private async Task RunAsync(SmtpPeerSession session)
    {
        try
        {
            await _script(session);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The client left, or the test is over: what that means is for the test to judge.
        }
        catch (Exception e)
        {
            _failures.Enqueue(e);
        }
        finally
        {
            session.Dispose();
        }
    }
}
