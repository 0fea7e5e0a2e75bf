using System.Buffers;
using Pipeline.Connectors.Ports;
using Pipeline.Faults;

namespace Pipeline.Connectors.Smtp;

/// <summary>How far a message got.</summary>
/// <param name="DotSent">The final dot was handed to the network, so the peer may have the message whatever <paramref name="Status"/> says.</param>
/// <param name="Stopped">This side stopped before the dot, for this reason.</param>
internal readonly record struct SmtpSending(SmtpIoStatus Status, bool DotSent, DeliveryOutcome? Stopped = null);

/// <summary>Sends the message after the go-ahead: header block, empty line, body, final dot. A small one goes out in one write.</summary>
/// <remarks>
/// Octets beyond ASCII go out as they are, to peers without 8BITMIME too. That is what Exim does: converting would break signatures, and
/// no peer of today minds.
/// </remarks>
internal static class SmtpMessageWriter
{
    private const int PieceLength = 32 * 1024;
    private const int WriteLength = 64 * 1024;

    public static async ValueTask<SmtpSending> WriteAsync(
        SmtpSession session, SmtpTransportSettings settings, DeliveryJob job, OutgoingMessage message, CancellationToken cancellationToken)
    {
        var output = session.Output;
        output.Clear();
        var stuffer = default(DotStuffer);
        stuffer.Append(message.HeaderBlock.Span, output);
        stuffer.Append(message.Separator, output);
        if (message.TryGetBody(out var body))
        {
            while (!body.IsEmpty)
            {
                stuffer.Append(body.Span[..Math.Min(body.Length, PieceLength)], output);
                body = body[Math.Min(body.Length, PieceLength)..];
                var status = body.IsEmpty ? SmtpIoStatus.Ok : await FlushAsync(session, settings, output);
                if (status != SmtpIoStatus.Ok)
                {
                    return new(status, DotSent: false);
                }
            }
        }
        else
        {
            var (read, advanced) = await WriteStreamAsync(session, settings, message, stuffer, cancellationToken);
            stuffer = advanced;
            if (read.Status != SmtpIoStatus.Ok || read.Stopped is not null)
            {
                return read;
            }
        }

        stuffer.Finish(output);
        if (settings.MessageLineLengthLimit > 0 && stuffer.LongestLine > settings.MessageLineLengthLimit)
        {
            return new(SmtpIoStatus.Ok, DotSent: false, MessageLimits.LinesTooLong(session.Peer));
        }

        Crash.At(CrashPoint.DeliverSmtpDotWithheld);
        if (!await MayFinishAsync(job, cancellationToken))
        {
            return new(SmtpIoStatus.Ok, DotSent: false, new DeliveryOutcome.Deferred(
                session.Peer.Failure(FailureClass.Interrupted, "delivery was interrupted", detail: "the message is not this node's any more")));
        }

        var sent = await session.Connection.WriteAsync(output.Written, settings.DataTimeout);
        Crash.At(CrashPoint.DeliverSmtpDotSent);
        return new(sent, DotSent: true);
    }

    private static async ValueTask<(SmtpSending Sending, DotStuffer Stuffer)> WriteStreamAsync(
        SmtpSession session, SmtpTransportSettings settings, OutgoingMessage message, DotStuffer stuffer, CancellationToken cancellationToken)
    {
        var piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        try
        {
            await using var body = message.OpenBody();
            while (true)
            {
                var count = await body.ReadAsync(piece, cancellationToken);
                if (count == 0)
                {
                    return (new(SmtpIoStatus.Ok, DotSent: false), stuffer);
                }

                stuffer.Append(piece.AsSpan(0, count), session.Output);
                var status = await FlushAsync(session, settings, session.Output);
                if (status != SmtpIoStatus.Ok)
                {
                    return (new(status, DotSent: false), stuffer);
                }
            }
        }
        catch (OperationCanceledException)
        {
            return (new(SmtpIoStatus.Cancelled, DotSent: false), stuffer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var failure = session.Peer.Failure(FailureClass.Local, "local error while reading the message", detail: e.Message);
            return (new(SmtpIoStatus.Ok, DotSent: false, new DeliveryOutcome.Deferred(failure)), stuffer);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private static async ValueTask<SmtpIoStatus> FlushAsync(SmtpSession session, SmtpTransportSettings settings, PooledBuffer output)
    {
        if (output.Length < WriteLength)
        {
            return SmtpIoStatus.Ok;
        }

        var status = await session.Connection.WriteAsync(output.Written, settings.DataTimeout);
        Crash.At(CrashPoint.DeliverSmtpPartSent);
        output.Clear();
        return status;
    }

    private static async ValueTask<bool> MayFinishAsync(DeliveryJob job, CancellationToken cancellationToken)
    {
        try
        {
            return !cancellationToken.IsCancellationRequested && (job.BeforeFinalStep is null || await job.BeforeFinalStep(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
