using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;

namespace Pipeline.Connectors.Smtp;

/// <summary>One connection to a peer: octets out, replies in, each within a time. Not for many threads.</summary>
/// <remarks>
/// A time-out closes the socket, which ends whatever waits for it. So there is one timer for the life of the connection, re-armed for each
/// operation, and no cancellation token travels through the reads and writes of the hot path. After anything but
/// <see cref="SmtpIoStatus.Ok"/> only <see cref="DisposeAsync"/> is left to do.
/// </remarks>
internal sealed class SmtpClientConnection : IAsyncDisposable
{
    private const int InputSize = 4096;

    private readonly Socket _socket;
    private readonly ITimer _timer;
    private Stream _stream;
    private byte[] _input;
    private int _inputStart;
    private int _inputEnd;
    private int _abortedAs;

    /// <param name="socket">Connected; owned from here on.</param>
    public SmtpClientConnection(Socket socket, TimeProvider timeProvider)
    {
        _socket = socket;
        if (socket.ProtocolType == ProtocolType.Tcp)
        {
            _socket.NoDelay = true;
        }

        _stream = new NetworkStream(socket, ownsSocket: true);
        _input = ArrayPool<byte>.Shared.Rent(InputSize);
        _timer = timeProvider.CreateTimer(
            static state => ((SmtpClientConnection)state!).Abort(SmtpIoStatus.TimedOut), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The reply that <see cref="ReadReplyAsync"/> read last.</summary>
    public SmtpReplyParser Reply { get; } = new();

    /// <summary>Our end; null where the connection is not over IP.</summary>
    public IPEndPoint? LocalEndPoint => _socket.LocalEndPoint as IPEndPoint;

    /// <summary>TLS in use, or null.</summary>
    public SslStream? Tls => _stream as SslStream;

    /// <summary>Octets, or the end of the stream, have come that nobody has asked for: an idle peer said good-bye.</summary>
    public bool HasUnexpectedInput
    {
        get
        {
            try
            {
                return _inputEnd > _inputStart || _socket.Poll(0, SelectMode.SelectRead);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return true;
            }
        }
    }

    /// <summary>Ends whatever waits, as soon as the token is cancelled; the operation then gives <see cref="SmtpIoStatus.Cancelled"/>.</summary>
    public CancellationTokenRegistration AbortWhen(CancellationToken cancellationToken) =>
        cancellationToken.UnsafeRegister(static state => ((SmtpClientConnection)state!).Abort(SmtpIoStatus.Cancelled), this);

    public async ValueTask<SmtpIoStatus> WriteAsync(ReadOnlyMemory<byte> octets, TimeSpan timeout)
    {
        Arm(timeout);
        try
        {
            await _stream.WriteAsync(octets, CancellationToken.None);
            return SmtpIoStatus.Ok;
        }
        catch (Exception e) when (IsLoss(e))
        {
            return Ended();
        }
        finally
        {
            Disarm();
        }
    }

    /// <summary>Reads one reply whole; the time is for all of it.</summary>
    public ValueTask<SmtpIoStatus> ReadReplyAsync(TimeSpan timeout)
    {
        // Replies to pipelined commands come together: mostly the next one is here already.
        var status = ParseInput();
        return status == OperationStatus.NeedMoreData ? ReadMoreAsync(timeout) : new(Outcome(status));
    }

    /// <summary>Negotiates TLS over the connection as it is.</summary>
    /// <returns>Not <see cref="SmtpIoStatus.Ok"/>: the reason, for the operator.</returns>
    public async ValueTask<(SmtpIoStatus Status, string? Reason)> StartTlsAsync(SslClientAuthenticationOptions options, TimeSpan timeout)
    {
        if (_inputEnd > _inputStart)
        {
            // Octets that came in clear must not be taken for a part of the protected session (CVE-2011-0411 from the other side).
            return (SmtpIoStatus.Malformed, "data after the reply to STARTTLS");
        }

        Arm(timeout);
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = tls;
        try
        {
            await tls.AuthenticateAsClientAsync(options, CancellationToken.None);
            return (SmtpIoStatus.Ok, null);
        }
        catch (Exception e) when (IsLoss(e) || e is AuthenticationException or CryptographicException)
        {
            var status = Ended();
            return (status == SmtpIoStatus.Closed && !IsLoss(e) ? SmtpIoStatus.Malformed : status, e.InnerException?.Message ?? e.Message);
        }
        finally
        {
            Disarm();
        }
    }

    /// <summary>Sends the close_notify of TLS, where there is TLS, so that the peer can tell an end from a cut.</summary>
    public async ValueTask CloseTlsAsync(TimeSpan timeout)
    {
        if (_stream is not SslStream { IsAuthenticated: true } tls)
        {
            return;
        }

        Arm(timeout);
        try
        {
            await tls.ShutdownAsync();
        }
        catch (Exception e) when (IsLoss(e))
        {
            // The connection is being given up in any case.
        }
        finally
        {
            Disarm();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _stream.DisposeAsync();
        var input = Interlocked.Exchange(ref _input, []);
        if (input.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(input);
        }
    }

    private static bool IsLoss(Exception e) => e is IOException or SocketException or ObjectDisposedException or InvalidOperationException;

    private async ValueTask<SmtpIoStatus> ReadMoreAsync(TimeSpan timeout)
    {
        Arm(timeout);
        try
        {
            while (true)
            {
                MakeRoom();
                var count = await _stream.ReadAsync(_input.AsMemory(_inputEnd), CancellationToken.None);
                if (count == 0)
                {
                    return Ended();
                }

                _inputEnd += count;
                var status = ParseInput();
                if (status != OperationStatus.NeedMoreData)
                {
                    return Outcome(status);
                }
            }
        }
        catch (Exception e) when (IsLoss(e))
        {
            return Ended();
        }
        finally
        {
            Disarm();
        }
    }

    private OperationStatus ParseInput()
    {
        var status = Reply.Parse(_input.AsSpan(_inputStart, _inputEnd - _inputStart), out var consumed);
        _inputStart += consumed;
        return status;
    }

    /// <summary>What is left in the buffer is less than the longest line, so there is room once it is at the front.</summary>
    private void MakeRoom()
    {
        if (_inputStart > 0)
        {
            _input.AsSpan(_inputStart, _inputEnd - _inputStart).CopyTo(_input);
            _inputEnd -= _inputStart;
            _inputStart = 0;
        }
    }

    private static SmtpIoStatus Outcome(OperationStatus status) => status == OperationStatus.Done ? SmtpIoStatus.Ok : SmtpIoStatus.Malformed;

    private SmtpIoStatus Ended() => Volatile.Read(ref _abortedAs) is var aborted and not 0 ? (SmtpIoStatus)aborted : SmtpIoStatus.Closed;

    private void Arm(TimeSpan timeout) => _timer.Change(timeout, Timeout.InfiniteTimeSpan);

    private void Disarm() => _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private void Abort(SmtpIoStatus status)
    {
        Interlocked.CompareExchange(ref _abortedAs, (int)status, 0);
        _socket.Dispose();
    }
}
