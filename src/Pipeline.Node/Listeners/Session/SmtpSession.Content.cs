using Pipeline.Actors.Receipt;
using Pipeline.Faults;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Smtp;

namespace Pipeline.Node.Listeners.Session;

/// <summary>DATA and BDAT.</summary>
internal sealed partial class SmtpSession
{
    /// <summary>The message that is being received; over several BDAT commands the same.</summary>
    private MessageIntake? _intake;

    private async ValueTask DataAsync(CancellationToken cancellationToken)
    {
        if (_hasTooManyRecipients)
        {
            Refuse(SmtpVerb.Data, SessionReplies.TooManyRecipientsForMessage, "more recipients than a message may have");
            return;
        }

        if (_body == BodyType.BinaryMime)
        {
            Refuse(SmtpVerb.Data, SessionReplies.BinaryNeedsChunking, "DATA with BODY=BINARYMIME");
            return;
        }

        if (!Answer(await _receipt.BeginDataAsync(chunking: false, cancellationToken)))
        {
            return;
        }

        _intake = CreateIntake(chunking: false);
        IntakeEnd end = await _intake.ReceiveToDotAsync(cancellationToken);
        if (end == IntakeEnd.Complete)
        {
            await EndMessageAsync(_intake, SmtpVerb.Data, cancellationToken);
        }
        else
        {
            EndIncomplete(end, SmtpVerb.Data);
        }
    }

    private async ValueTask ChunkAsync(SmtpCommand.Chunk chunk, CancellationToken cancellationToken)
    {
        if (_hasTooManyRecipients)
        {
            await RefuseChunkAsync(chunk, SessionReplies.TooManyRecipientsForMessage, "more recipients than a message may have", cancellationToken);
            return;
        }

        if (_intake is null && (_syntax.Offered == SmtpExtensions.None || !_receipt.Capabilities.Chunking))
        {
            await RefuseChunkAsync(chunk, SessionReplies.ChunkingNotAdvertised, "BDAT when CHUNKING was not offered", cancellationToken);
            return;
        }

        if (_intake is null)
        {
            ReceiptDecision begin = await _receipt.BeginDataAsync(chunking: true, cancellationToken);
            if (!begin.Reply.IsPositive || begin.Close)
            {
                await DropChunkAsync(chunk, begin.Reply, "BDAT was refused", cancellationToken);
                _end = begin.Close && _end == SessionEnd.None ? SessionEnd.Abrupt : _end;
                return;
            }

            _intake = CreateIntake(chunking: true);
        }

        IntakeEnd end = await _intake.ReceiveChunkAsync(chunk.Octets, chunk.Last, cancellationToken);
        if (end != IntakeEnd.Complete)
        {
            EndIncomplete(end, SmtpVerb.Bdat);
        }
        else if (chunk.Last)
        {
            await EndMessageAsync(_intake, SmtpVerb.Bdat, cancellationToken);
        }
        else if (_intake.Refusal is { } refusal)
        {
            await RefuseMessageAsync(_intake, refusal, SmtpVerb.Bdat, SmtpSessionState.ChunkRefused, cancellationToken);
        }
        else
        {
            Crash.At(CrashPoint.AcceptChunkReceived);
            _state = SmtpSessionState.Chunking;
            _channel.Reply(SessionReplies.ChunkReceived(chunk.Octets));
        }
    }

    /// <summary>Refuses a BDAT by the protocol's own judgement; its octets have to be read all the same.</summary>
    private async ValueTask RefuseChunkAsync(SmtpCommand.Chunk chunk, SmtpReply refusal, string reason, CancellationToken cancellationToken)
    {
        _receipt.ProtocolIncident(new ProtocolIncident("BDAT", refusal, reason));
        await DropChunkAsync(chunk, refusal, reason, cancellationToken);
    }

    /// <summary>Reads a chunk to its end without keeping it, ends the transaction if one is open, and gives the reply (RFC 3030 section 2).</summary>
    private async ValueTask DropChunkAsync(SmtpCommand.Chunk chunk, SmtpReply reply, string reason, CancellationToken cancellationToken)
    {
        IntakeEnd end;
        using (var dropped = MessageIntake.Dropping(_channel, _receipt, _watch, _options))
        {
            end = await dropped.ReceiveChunkAsync(chunk.Octets, last: false, cancellationToken);
        }

        if (end != IntakeEnd.Complete)
        {
            EndIncomplete(end, SmtpVerb.Bdat);
            return;
        }

        if (InTransaction)
        {
            await EndTransactionAsync(reason, cancellationToken);
            _state = SmtpSessionState.ChunkRefused;
        }

        if (chunk.Last && _state == SmtpSessionState.ChunkRefused)
        {
            _state = SmtpSessionState.Greeted;
        }

        _channel.Reply(reply);
    }

    private MessageIntake CreateIntake(bool chunking) =>
        new(_channel, _receipt, _watch, _options, _maxMessageSize, chunking, _body == BodyType.BinaryMime);

    private async ValueTask EndMessageAsync(MessageIntake intake, SmtpVerb verb, CancellationToken cancellationToken)
    {
        if (intake.Refusal is { } refusal)
        {
            await RefuseMessageAsync(intake, refusal, verb, SmtpSessionState.Greeted, cancellationToken);
            return;
        }

        Crash.At(CrashPoint.AcceptDataEnded);
        _receipt.Pipelined = _pipelining ? _hasPipelined : null;
        _receipt.BeganEarly = _pipeConnect ? _beganEarly : null;
        ReceiptDecision decision = await _receipt.EndDataAsync(cancellationToken);
        Crash.At(CrashPoint.AcceptReplyReady);
        if (Answer(decision))
        {
            _channel.Remark(_options.RemarkOnMessages);
        }

        // At once, and not with the replies to what follows: until the client has it, the client may send the message again (RFC 1047).
        await _channel.FlushAsync();
        Crash.At(CrashPoint.AcceptReplySent);
        ExpectMessage();

        LeaveTransaction(SmtpSessionState.Greeted);
    }

    private async ValueTask RefuseMessageAsync(
        MessageIntake intake, SmtpReply refusal, SmtpVerb verb, SmtpSessionState next, CancellationToken cancellationToken)
    {
        if (!intake.RefusedByReceipt)
        {
            _receipt.ProtocolIncident(new ProtocolIncident(SmtpVerbNames.Of(verb), refusal, refusal == MessageIntake.TooLarge ? intake.Sizes : refusal.Text));
        }

        _channel.Reply(refusal);
        LeaveTransaction(next);
        await _receipt.ResetAsync("message refused: " + refusal.Text, cancellationToken);
    }

    private void EndIncomplete(IntakeEnd end, SmtpVerb verb)
    {
        if (end == IntakeEnd.TimedOut)
        {
            SmtpReply reply = SessionReplies.Closing(4, 2, _receipt.Capabilities.HostName, "SMTP incoming data timeout, closing connection");
            End(SessionEnd.Abrupt, SmtpVerbNames.Of(verb), reply, "data timeout", SessionBreak.DataTimeout);
        }
        else
        {
            _end = SessionEnd.Lost;
        }
    }
}
