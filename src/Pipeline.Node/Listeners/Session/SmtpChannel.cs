using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Pipeline.Mail.Smtp;
using Pipeline.Node.Listeners.Tls;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.Listeners.Session;

/// <summary>The wire of one session: lines in, replies out, over plain pipes and later over TLS on them.</summary>
/// <remarks>
/// Replies are flushed when nothing more can be read at once, so that a batch of pipelined commands is answered by one write. Each wait is
/// announced to the session's <see cref="SessionWatch"/> with the reader of the moment. One flow of control. What waits for the network does so
/// several times for each message, so these methods pool their state.
/// </remarks>
internal sealed class SmtpChannel
{
    /// <summary>Replies are flushed at this size even while the client goes on sending.</summary>
    private const int MaxUnflushed = 16 * 1024;

    /// <summary>A client that is let to read its last reply may send this much more.</summary>
    private const long MaxLingering = 1024 * 1024;

    /// <summary>Octets of unread input that are shown in the log.</summary>
    private const int MaxPeeked = 150;

    private static readonly SmtpCommand.Invalid LineTooLong =
        new(SmtpVerb.Unknown, new SmtpReply(500, new EnhancedStatusCode(5, 5, 2), "line too long"), "command line too long");

    private readonly IDuplexPipe _transport;
    private readonly Socket? _socket;
    private readonly SessionWatch _watch;
    private readonly SmtpLimits _limits;
    private IDuplexPipe _current;
    private SslStream? _tls;
    private bool _lost;

    /// <param name="socket">The socket beneath, to see what has arrived there; null when there is none.</param>
    public SmtpChannel(IDuplexPipe transport, Socket? socket, SessionWatch watch, SmtpLimits limits)
    {
        _transport = transport;
        _current = transport;
        _socket = socket;
        _watch = watch;
        _limits = limits;
    }

    /// <summary>The reader of the moment.</summary>
    public PipeReader Input => _current.Input;

    public bool IsTls => _tls is not null;

    /// <summary>Behind the last command there were more octets already.</summary>
    public bool MoreBuffered { get; private set; }

    /// <summary>The open transaction uses SMTPUTF8, so replies may too (RFC 6531 section 3.7.4.1).</summary>
    public bool Utf8Replies { get; set; }

    /// <summary>Replies carry enhanced status codes (RFC 2034).</summary>
    public bool EnhancedCodes { get; set; } = true;

    /// <summary>Puts a reply into the output; it is sent with the next flush.</summary>
    public void Reply(SmtpReply reply) =>
        SmtpReplyWriter.Write(_current.Output, EnhancedCodes ? reply : new SmtpReply(reply.Code, null, reply.Lines.AsSpan()), Utf8Replies);

    /// <summary>Puts text into the output that is no reply.</summary>
    public void Remark(string text) => _current.Output.Write(Encoding.ASCII.GetBytes(text));

    /// <summary>Sends what was put into the output.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask FlushAsync()
    {
        PipeWriter output = _current.Output;
        if (output.UnflushedBytes == 0)
        {
            return;
        }

        try
        {
            ValueTask<FlushResult> flush = output.FlushAsync(CancellationToken.None);
            if (flush.IsCompletedSuccessfully)
            {
                _ = flush.Result;
                return;
            }

            _watch.Begin(SessionActivity.Writing, null, _watch.After(_limits.WriteTimeout));
            _ = await flush;
        }
        catch (Exception e) when (IsLoss(e))
        {
            _lost = true;
        }
        finally
        {
            _watch.End();
        }
    }

    /// <summary>Has the client sent anything that was not read yet?</summary>
    public bool HasPendingInput()
    {
        if (TryReadNow(out ReadResult result))
        {
            bool any = !result.Buffer.IsEmpty;
            _current.Input.AdvanceTo(result.Buffer.Start);
            return any;
        }

        // What lies in the socket has been sent before as well, though the transport has not taken it yet.
        try
        {
            return !IsTls && _socket is { Available: > 0 };
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>The beginning of what the client has sent and nobody has read, one char for each octet.</summary>
    public string PeekInput()
    {
        if (!TryReadNow(out ReadResult result))
        {
            return "";
        }

        ReadOnlySequence<byte> shown = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, MaxPeeked));
        string text = Encoding.Latin1.GetString(shown);
        _current.Input.AdvanceTo(result.Buffer.Start);
        return text;
    }

    /// <summary>Waits for a command line, at most the command timeout.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CommandRead> ReadCommandAsync(CommandSyntax syntax)
    {
        long deadline = 0;
        while (!_watch.IsDraining)
        {
            if (!TryReadNow(out ReadResult result))
            {
                await FlushAsync();
                deadline = deadline == 0 ? _watch.After(_limits.CommandTimeout) : deadline;
                if (await WaitAsync(SessionActivity.AwaitingCommand, deadline) is not { } awaited)
                {
                    return new CommandRead(CommandReadStatus.Lost);
                }

                result = awaited;
            }

            PipeReader input = _current.Input;
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (result.IsCanceled)
            {
                input.AdvanceTo(buffer.Start);
                if (_watch.IsExpired)
                {
                    return new CommandRead(CommandReadStatus.TimedOut);
                }

                continue;
            }

            if (buffer.PositionOf((byte)'\n') is { } lineEnd)
            {
                ReadOnlySequence<byte> line = buffer.Slice(0, lineEnd);
                SmtpCommand command = line.Length < SmtpCommandLineLimit.Longest ? syntax.Parse(line) : LineTooLong;
                MoreBuffered = buffer.Length > line.Length + 1;
                input.AdvanceTo(buffer.GetPosition(1, lineEnd));
                if (_current.Output.UnflushedBytes > MaxUnflushed)
                {
                    await FlushAsync();
                }

                return new CommandRead(CommandReadStatus.Command, command);
            }

            bool overflow = buffer.Length >= SmtpCommandLineLimit.Longest;
            input.AdvanceTo(buffer.Start, buffer.End);
            if (overflow || result.IsCompleted)
            {
                return new CommandRead(overflow ? CommandReadStatus.Overflow : CommandReadStatus.Lost);
            }
        }

        return new CommandRead(CommandReadStatus.Draining);
    }

    /// <summary>Gives octets of a message, waiting for them until <paramref name="deadline"/> and no longer than the data idle timeout.</summary>
    /// <remarks>The caller advances <see cref="Input"/>, also when the result is cancelled. Null when the connection is lost.</remarks>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadResult?> ReadDataAsync(long deadline)
    {
        if (TryReadNow(out ReadResult result))
        {
            return result;
        }

        await FlushAsync();
        return await WaitAsync(SessionActivity.AwaitingData, Math.Min(deadline, _watch.After(_limits.DataIdleTimeout)));
    }

    /// <summary>Puts TLS on the wire. On failure nothing more can be said to the client.</summary>
    /// <returns>The facts, or null and why there are none.</returns>
    public async ValueTask<(TlsFacts? Facts, string? Failure)> SecureAsync(TlsServer server)
    {
        TlsHandshake handshake = await server.HandshakeAsync(_transport);
        if (handshake.Stream is not { } stream)
        {
            return (null, handshake.Failure);
        }

        _tls = stream;
        _current = new StreamDuplexPipe(stream);
        MoreBuffered = false;
        return (handshake.Facts, null);
    }

    /// <summary>Sends what is left and ends TLS properly (close_notify), as strict clients report a truncated connection otherwise.</summary>
    /// <param name="linger">Input is likely to be unread: give the client time to see the last reply before the connection is reset for it.</param>
    public async ValueTask CloseAsync(bool linger)
    {
        try
        {
            await FlushAsync();
            if (_tls is not null)
            {
                _watch.Begin(SessionActivity.Writing, null, _watch.After(_limits.WriteTimeout));
                await _tls.ShutdownAsync();
                _watch.End();
            }

            // A server that ends has no heartbeat any more, and no time for this.
            if (linger && !_watch.IsDraining)
            {
                await LingerAsync();
            }
        }
        catch (Exception e) when (IsLoss(e))
        {
            // The client is gone; there is nobody to be polite to.
        }
        finally
        {
            _watch.End();
            if (_tls is not null)
            {
                await _current.Input.CompleteAsync();
                await _current.Output.CompleteAsync();
                await _tls.DisposeAsync();
            }
        }
    }

    /// <summary>Reads and drops until the client closes, beneath TLS if there is any.</summary>
    private async ValueTask LingerAsync()
    {
        long deadline = _watch.After(_limits.LingerTimeout);
        PipeReader input = _transport.Input;
        long dropped = 0;
        while (dropped < MaxLingering)
        {
            _watch.Begin(SessionActivity.Lingering, input, deadline);
            ReadResult result = await input.ReadAsync(CancellationToken.None);
            _watch.End();
            dropped += result.Buffer.Length;
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted || result.IsCanceled)
            {
                return;
            }
        }
    }

    private bool TryReadNow(out ReadResult result)
    {
        result = default;
        try
        {
            return !_lost && _current.Input.TryRead(out result);
        }
        catch (Exception e) when (IsLoss(e))
        {
            _lost = true;
            return false;
        }
    }

    /// <summary>Waits for input. Null when the connection is lost.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult?> WaitAsync(SessionActivity activity, long deadline)
    {
        if (_lost)
        {
            return null;
        }

        PipeReader input = _current.Input;
        _watch.Begin(activity, input, deadline);
        try
        {
            // A drain that was asked for before the watch knew of this wait would not wake it.
            if (activity == SessionActivity.AwaitingCommand && _watch.IsDraining)
            {
                input.CancelPendingRead();
            }

            return await input.ReadAsync(CancellationToken.None);
        }
        catch (Exception e) when (IsLoss(e))
        {
            _lost = true;
            return null;
        }
        finally
        {
            _watch.End();
        }
    }

    /// <summary>Resets and torn TLS streams are IOExceptions; a connection aborted on this side shows itself as a cancellation.</summary>
    private static bool IsLoss(Exception e) => e is IOException or OperationCanceledException;
}
