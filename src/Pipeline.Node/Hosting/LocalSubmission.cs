using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Pipeline.Actors.Receipt;
using Pipeline.Mail.Smtp;
using Pipeline.Node.Admin;
using Pipeline.Node.Listeners;
using Pipeline.Policy.Callers;

namespace Pipeline.Node.Hosting;

/// <summary>
/// Takes mail from programs on this machine: SMTP sessions without a network (<c>-bs</c>), on streams or on the submission socket, and messages without SMTP.
/// </summary>
/// <remarks>Who calls is known from the kernel, and nothing else is asked of anybody: the policy says what each user may.</remarks>
internal sealed class LocalSubmission(
    ListenerOptions options, IReceiptService receipt, ILocalReceiptService messages, TimeProvider time, ILogger logger) : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>Octets of the line before a session.</summary>
    private const int MaxLineBytes = 64 * 1024;

    private static readonly TimeSpan FirstLineTimeout = TimeSpan.FromSeconds(30);

    private static readonly SmtpReply TakesNoMail = new(421, new EnhancedStatusCode(4, 3, 2), "this server takes no mail now");
    private static readonly SmtpReply NoSession = new(500, new EnhancedStatusCode(5, 5, 2), "the line before the session cannot be read");
    private static readonly SmtpReply TooManySessions = new(421, new EnhancedStatusCode(4, 7, 0), "too many sessions");

    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private bool _closed;
    private int _sessions;

    /// <summary>Takes no more mail: connections get 421, sessions end at their next command.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
        }

        _closing.Cancel();
    }

    /// <summary>Takes no more mail unless somebody is in the midst of giving it: whoever was greeted is served to the end.</summary>
    public bool TryCloseIdle()
    {
        lock (_gate)
        {
            _closed |= _sessions == 0;
            return _closed;
        }
    }

    public void Dispose() => _closing.Dispose();

    /// <summary>One session of a program, on a connection: a line of JSON (<see cref="LocalSession"/>), and behind it SMTP.</summary>
    public async Task ServeAsync(ConnectionContext connection, CallerCredentials caller)
    {
        var drain = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        if (Enter() is { } refusal)
        {
            await RefuseAsync(connection, refusal);
            return;
        }

        try
        {
            if (await ReadSessionAsync(connection) is { } session)
            {
                await using var input = connection.Transport.Input.AsStream(leaveOpen: true);
                await using var output = connection.Transport.Output.AsStream(leaveOpen: true);
                await ServeAsync(input, output, ClientOf(caller, session), drain);
            }
            else
            {
                await RefuseAsync(connection, NoSession);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            ListenerLog.ConnectionLost(logger, null, error);
        }
        catch (Exception error)
        {
            ListenerLog.SessionFailed(logger, null, error);
        }
        finally
        {
            Leave();
        }
    }

    private static async Task RefuseAsync(ConnectionContext connection, SmtpReply refusal)
    {
        SmtpReplyWriter.Write(connection.Transport.Output, refusal);
        await connection.Transport.Output.FlushAsync(connection.ConnectionClosed);
    }

    /// <summary>The client that a session is to see.</summary>
    public static ClientConnection ClientOf(CallerCredentials caller, LocalSession session) =>
        new(null, null, ImplicitTls: false, session.Delivery) { Program = new LocalProgram(caller, session.Claims) };

    /// <summary>One session on a pair of streams, to its end.</summary>
    /// <param name="drain">Ends the session at its next command.</param>
    public async Task RunAsync(Stream input, Stream output, ClientConnection client, CancellationToken drain)
    {
        lock (_gate)
        {
            _sessions++;
        }

        try
        {
            await ServeAsync(input, output, client, drain);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Takes one message without SMTP.</summary>
    /// <param name="read">Reads what stands before the content; asked when the message has been let in. Null when it cannot be read, and nothing is taken then.</param>
    /// <param name="content">The message with CRLF line ends, to the end of the stream. A stream that breaks ends it without a message.</param>
    /// <exception cref="IOException">The stream broke.</exception>
    public async Task<LocalReceiptEnd?> TakeAsync(Func<CancellationToken, Task<LocalMessage?>> read, Stream content, CancellationToken cancellationToken)
    {
        if (Enter() is { } refusal)
        {
            return new LocalReceiptEnd(refusal);
        }

        try
        {
            return await read(cancellationToken) is { } message ? await TakeAsync(message, content, cancellationToken) : null;
        }
        finally
        {
            Leave();
        }
    }

    private async Task<LocalReceiptEnd> TakeAsync(LocalMessage message, Stream content, CancellationToken cancellationToken)
    {
        await using var reception = messages.Open(message);
        await reception.BeginAsync(cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int read;
            while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
            {
                await reception.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return await reception.EndAsync(cancellationToken);
    }

    private async Task<LocalSession?> ReadSessionAsync(ConnectionContext connection)
    {
        using var patience = new CancellationTokenSource(FirstLineTimeout, time);
        var (line, _) = await FirstLine.ReadAsync(connection.Transport.Input, MaxLineBytes, patience.Token);
        try
        {
            return line is null ? null : JsonSerializer.Deserialize(line, AdminJson.Default.LocalSession);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Counts a session in; its refusal when it cannot be taken.</summary>
    private SmtpReply? Enter()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return TakesNoMail;
            }

            if (_sessions >= options.Limits.MaxConnections)
            {
                return TooManySessions;
            }

            _sessions++;
            return null;
        }
    }

    /// <summary>Serves a session that was counted in.</summary>
    private async Task ServeAsync(Stream input, Stream output, ClientConnection client, CancellationToken drain)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(drain, _closing.Token);
        await StandardInputSession.RunAsync(input, output, options, receipt, time, client, end.Token);
    }

    private void Leave()
    {
        lock (_gate)
        {
            _sessions--;
        }
    }
}
