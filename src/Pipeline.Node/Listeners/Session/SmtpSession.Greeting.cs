using Pipeline.Actors.Receipt;
using Pipeline.Mail.Smtp;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Tls;

namespace Pipeline.Node.Listeners.Session;

/// <summary>Banner, EHLO and HELO, STARTTLS.</summary>
internal sealed partial class SmtpSession
{
    private async ValueTask GreetAsync(CancellationToken cancellationToken)
    {
        ReceiptDecision decision = await _receipt.ConnectAsync(cancellationToken);
        _beganEarly = _channel.HasPendingInput();
        if (_beganEarly && decision.Reply.IsPositive && EnforcesSynchronisation && !_receipt.Rules.TakesEarlyCommands)
        {
            EndOutOfStep(SmtpVerb.Unknown, "input sent without waiting for greeting");
            return;
        }

        if (!Answer(decision))
        {
            _end = SessionEnd.Abrupt;
            return;
        }

        _state = InitialState;
        _syntax.Grammar = _syntax.Grammar with { SenderForms = _receipt.Rules.SenderForms, RecipientForms = _receipt.Rules.RecipientForms };
    }

    private async ValueTask HelloAsync(SmtpCommand.Hello hello, CancellationToken cancellationToken)
    {
        if (!CountNonMail(hello.Verb))
        {
            return;
        }

        ReceiptDecision decision = await _receipt.HeloAsync(hello.Extended, hello.Name, cancellationToken);
        if (!decision.Reply.IsPositive)
        {
            Answer(decision);
            if (decision.IsSyntaxError && ++_errors > _receipt.Rules.MaxErrors)
            {
                // The reply is out, and says enough.
                _receipt.ProtocolIncident(new ProtocolIncident(SmtpVerbNames.Of(hello.Verb), SessionReplies.TooManyErrors(decision.Reply), "")
                {
                    Line = _syntax.LastLine,
                    Ends = SessionBreak.TooManyErrors,
                });
                _end = SessionEnd.Abrupt;
            }

            return;
        }

        if (InTransaction)
        {
            await EndTransactionAsync(hello.Extended ? "EHLO" : "HELO", cancellationToken);
        }

        _state = SmtpSessionState.Greeted;
        SmtpCapabilities capabilities = _receipt.Capabilities;
        _channel.EnhancedCodes = capabilities.EnhancedStatusCodes;
        _pipelining = hello.Extended && capabilities.Pipelining;
        _pipeConnect = _pipelining && capabilities.PipeConnect;
        _beganEarly |= _channel.MoreBuffered;
        _startTlsOffered = hello.Extended && capabilities.StartTls && _tls is { IsAvailable: true } && !_channel.IsTls;
        _takesAuth = (hello.Extended && !capabilities.Mechanisms.IsEmpty) || capabilities.TakesUnadvertisedAuth;
        _syntax.Offered = hello.Extended ? EhloResponse.Extensions(capabilities) : SmtpExtensions.None;

        // The replies to EHLO and HELO carry no enhanced codes (RFC 2034 section 3).
        SmtpReply reply = hello.Extended
            ? EhloResponse.Compose(decision.Reply, capabilities, _startTlsOffered, _limits.MaxMessagesPerConnection, MaxRecipients)
            : new SmtpReply(decision.Reply.Code, decision.Reply.Lines.AsSpan());
        Answer(decision with { Reply = reply });
    }

    private async ValueTask StartTlsAsync(CancellationToken cancellationToken)
    {
        if (!CountNonMail(SmtpVerb.StartTls))
        {
            return;
        }

        if (!_startTlsOffered || _tls is null)
        {
            RefuseAsError(
                SmtpVerb.StartTls,
                _channel.IsTls ? SessionReplies.StartTlsActive : SessionReplies.StartTlsNotAdvertised,
                "STARTTLS when it was not offered");
            return;
        }

        ReceiptDecision decision = await _receipt.StartTlsAsync(cancellationToken);
        if (decision.Reply.IsPositive && (_channel.MoreBuffered || _channel.HasPendingInput()))
        {
            // What was sent in plain text must not be taken for something sent under TLS (RFC 3207 section 6, CVE-2011-0411).
            End(SessionEnd.Abrupt, "STARTTLS", SessionReplies.StartTlsPipelined, "input was sent behind STARTTLS before TLS began", SessionBreak.OutOfStep);
            return;
        }

        ServerTlsTerms? terms = decision.Reply.IsPositive ? await _receipt.TlsTermsAsync(cancellationToken) : null;
        if (decision.Reply.IsPositive && terms is null)
        {
            Answer(new ReceiptDecision(SessionReplies.TlsUnavailable));
            return;
        }

        if (!Answer(decision))
        {
            return;
        }

        await _channel.FlushAsync();
        (TlsFacts? facts, string? failure) = await _channel.SecureAsync(_tls, terms!);
        if (facts is null)
        {
            // Nothing can be said any more; the reply is for the journal.
            SmtpReply reply = SessionReplies.Closing(7, 5, _receipt.Capabilities.HostName, "TLS handshake failed");
            _receipt.ProtocolIncident(new ProtocolIncident("STARTTLS", reply, failure ?? "TLS handshake failed") { Ends = SessionBreak.TlsFailed });
            _end = SessionEnd.Lost;
            return;
        }

        // Everything learnt in plain text is forgotten (RFC 3207 section 4.2).
        _state = InitialState;
        _pipelining = _pipeConnect = _beganEarly = false;
        _startTlsOffered = false;
        _takesAuth = false;
        _authenticated = false;
        _mayHello = true;
        _mayAuthenticate = true;
        _syntax.Offered = SmtpExtensions.None;
        await _receipt.TlsEstablishedAsync(facts, cancellationToken);
    }
}
