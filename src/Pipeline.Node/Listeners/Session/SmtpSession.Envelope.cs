using Pipeline.Actors.Receipt;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Smtp;

namespace Pipeline.Node.Listeners.Session;

/// <summary>MAIL, RCPT, RSET, and the end of a transaction.</summary>
internal sealed partial class SmtpSession
{
    private BodyType _body;
    private long _maxMessageSize;
    private int _messages;
    private int _recipients;
    private bool _hasTooManyRecipients;
    private SmtpReply? _lastRejection;

    /// <summary>Commands of the open transaction have come before the reply to one before them.</summary>
    private bool _hasPipelined;

    /// <summary>The last MAIL was refused.</summary>
    private bool _envelopeRefused;

    /// <summary>Has the policy rewrite the path of MAIL or RCPT as the client wrote it, and reads the command then.</summary>
    private async ValueTask<SmtpCommand> ReadPathAsync(SmtpCommand.WithPath command, CancellationToken cancellationToken)
    {
        byte[] path = await _receipt.RewritePathAsync(command.Verb == SmtpVerb.Mail, command.Line[command.Path.Start..command.Path.End], cancellationToken);
        return _syntax.Parse(command, path);
    }

    private async ValueTask MailAsync(SmtpCommand.Mail mail, CancellationToken cancellationToken)
    {
        SmtpCapabilities capabilities = _receipt.Capabilities;
        if (++_messages > _limits.MaxMessagesPerConnection)
        {
            End(SessionEnd.Abrupt, "MAIL", SessionReplies.TooManyMessages, "too many messages in one connection", SessionBreak.TooManyMessages);
            return;
        }

        if (capabilities.MaxMessageSize > 0 && mail.Size > capabilities.MaxMessageSize)
        {
            Refuse(SmtpVerb.Mail, MessageIntake.TooLarge, $"size={mail.Size} max={capabilities.MaxMessageSize}");
            return;
        }

        var parameters = new MailParameters(mail.Sender, mail.Size, mail.Body, mail.SmtpUtf8, mail.Return, mail.EnvelopeId, mail.Auth, mail.Prdr, mail.RequireTls);
        _envelopeRefused = !Answer(await _receipt.MailAsync(parameters, cancellationToken));
        if (_envelopeRefused)
        {
            return;
        }

        _state = SmtpSessionState.Sender;
        _hasPipelined = _channel.MoreBuffered;
        _body = mail.Body;
        _maxMessageSize = capabilities.MaxMessageSize;
        _recipients = 0;
        _hasTooManyRecipients = false;
        _syntax.SmtpUtf8 = mail.SmtpUtf8;
        _channel.Utf8Replies = mail.SmtpUtf8;
    }

    /// <summary>Recipients that one message may have.</summary>
    private int MaxRecipients => _receipt.Rules.MaxRecipients ?? _limits.MaxRecipients;

    private async ValueTask RecipientAsync(SmtpCommand.Recipient recipient, CancellationToken cancellationToken)
    {
        SessionRules rules = _receipt.Rules;
        if (_recipients >= MaxRecipients)
        {
            _hasTooManyRecipients = rules.RefusesMessageOfTooMany;
            Refuse(
                SmtpVerb.Rcpt,
                _hasTooManyRecipients ? SessionReplies.TooManyRecipientsForGood : SessionReplies.TooManyRecipients,
                $"more than {MaxRecipients} recipients");
            return;
        }

        _hasPipelined |= _channel.MoreBuffered;
        var parameters = new RecipientParameters(recipient.Address, recipient.Notify, recipient.OriginalRecipient);
        ReceiptDecision decision = await _receipt.RecipientAsync(parameters, cancellationToken);
        if (Answer(decision))
        {
            _recipients++;
            _state = SmtpSessionState.Recipient;
        }
        else if (_state is SmtpSessionState.Sender or SmtpSessionState.NoRecipient)
        {
            _state = SmtpSessionState.NoRecipient;
            _lastRejection = decision.Reply;
        }
    }

    private async ValueTask ResetAsync(CancellationToken cancellationToken)
    {
        if (!CountNonMail(SmtpVerb.Rset))
        {
            return;
        }

        if (InTransaction)
        {
            await EndTransactionAsync("RSET", cancellationToken);
        }

        if (_state == SmtpSessionState.ChunkRefused)
        {
            _state = SmtpSessionState.Greeted;
        }

        _channel.Reply(SessionReplies.ResetOk);
    }

    /// <summary>Ends the open transaction without a message.</summary>
    private async ValueTask EndTransactionAsync(string reason, CancellationToken cancellationToken)
    {
        LeaveTransaction(SmtpSessionState.Greeted);
        await _receipt.ResetAsync(reason, cancellationToken);
    }

    /// <summary>Forgets the open transaction on this side.</summary>
    private void LeaveTransaction(SmtpSessionState next)
    {
        _state = next;
        _intake?.Dispose();
        _intake = null;
        _syntax.SmtpUtf8 = false;
        _channel.Utf8Replies = false;
    }
}
