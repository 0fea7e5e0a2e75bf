using Pipeline.Actors.Receipt;
using Pipeline.Mail.Smtp;
using Pipeline.Node.Listeners.Tls;

namespace Pipeline.Node.Listeners.Session;

/// <summary>
/// One SMTP session: reads commands, checks each against <see cref="SmtpTransitionTable"/>, asks the receipt, and moves the state.
/// This file has the loop and the ways it ends; the verbs are in the files named after them.
/// </summary>
internal sealed partial class SmtpSession
{
    private readonly ListenerOptions _options;
    private readonly SmtpLimits _limits;
    private readonly TlsServer? _tls;
    private readonly IReceiptSession _receipt;
    private readonly SmtpChannel _channel;
    private readonly SessionWatch _watch;
    private readonly CommandSyntax _syntax;

    private SmtpSessionState _state;
    private SessionEnd _end;
    private SessionBreak _break;
    private bool _pipelining;
    private bool _pipeConnect;
    private bool _beganEarly;
    private bool _startTlsOffered;
    private int _errors;
    private int _unknownCommands;

    /// <param name="tls">Null where STARTTLS can not be done.</param>
    public SmtpSession(ListenerOptions options, TlsServer? tls, IReceiptSession receipt, SmtpChannel channel, SessionWatch watch)
    {
        _options = options;
        _limits = options.Limits;
        _tls = tls;
        _receipt = receipt;
        _channel = channel;
        _watch = watch;
        _syntax = new CommandSyntax(options.Grammar, options.BareLineEnds != BareLineEndPolicy.Refuse) { LeavesPaths = receipt.RewritesPaths };
    }

    private enum SessionEnd
    {
        /// <summary>The session goes on.</summary>
        None = 0,

        /// <summary>The last reply has been composed; the client expects the end.</summary>
        Orderly,

        /// <summary>The last reply has been composed, and the client may still be sending.</summary>
        Abrupt,

        /// <summary>There is nobody to reply to.</summary>
        Lost,
    }

    private SmtpSessionState InitialState => _receipt.Rules.RequiresHello ? SmtpSessionState.Connected : SmtpSessionState.Greeted;

    private bool InTransaction => _state is not (SmtpSessionState.Connected or SmtpSessionState.Greeted or SmtpSessionState.ChunkRefused);

    /// <summary>Runs the session to its end and closes the channel. Failures of the connection are an end, not an exception.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await GreetAsync(cancellationToken);
            while (_end == SessionEnd.None)
            {
                _syntax.Forget();
                CommandRead read = await _channel.ReadCommandAsync(_syntax);
                if (read.Command is { } command)
                {
                    await ExecuteAsync(command is SmtpCommand.WithPath raw ? await ReadPathAsync(raw, cancellationToken) : command, cancellationToken);
                }
                else
                {
                    EndWithoutCommand(read.Status);
                }
            }

            if (InTransaction)
            {
                await EndTransactionAsync(
                    _break switch
                    {
                        SessionBreak.OutOfStep => "sync failure",
                        SessionBreak.CommandTimeout => "command timeout",
                        SessionBreak.DataTimeout => "data timeout",
                        _ => _end == SessionEnd.Lost ? "connection lost" : "connection ended",
                    },
                    cancellationToken);
            }
        }
        catch (Exception)
        {
            // Connections fail by value, so this is a failure of ours; the caller logs it.
            _channel.Reply(SessionReplies.Closing(3, 0, _receipt.Capabilities.HostName, "internal failure, closing connection"));
            _end = SessionEnd.Abrupt;
            throw;
        }
        finally
        {
            _intake?.Dispose();
            await _channel.CloseAsync(linger: _end == SessionEnd.Abrupt);
        }
    }

    private bool EnforcesSynchronisation => _options.EnforceSynchronisation && _receipt.Rules.EnforcesSynchronisation;

    private ValueTask ExecuteAsync(SmtpCommand command, CancellationToken cancellationToken)
    {
        if (_channel.MoreBuffered && IsLastOfGroup(command.Verb) && EnforcesSynchronisation)
        {
            EndOutOfStep(command.Verb);
            return ValueTask.CompletedTask;
        }

        if (command is SmtpCommand.Invalid invalid)
        {
            RefuseSyntax(invalid);
            return ValueTask.CompletedTask;
        }

        if (SmtpTransitionTable.Refusal(_state, command.Verb) is { } refusal)
        {
            return RefuseSequenceAsync(command, refusal, cancellationToken);
        }

        return command switch
        {
            SmtpCommand.Hello hello => HelloAsync(hello, cancellationToken),
            SmtpCommand.Mail mail => MailAsync(mail, cancellationToken),
            SmtpCommand.Recipient recipient => RecipientAsync(recipient, cancellationToken),
            SmtpCommand.Chunk chunk => ChunkAsync(chunk, cancellationToken),
            SmtpCommand.Bare { Verb: SmtpVerb.Data } => DataAsync(cancellationToken),
            SmtpCommand.Bare { Verb: SmtpVerb.Rset } => ResetAsync(cancellationToken),
            SmtpCommand.Bare { Verb: SmtpVerb.Quit } => QuitAsync(cancellationToken),
            SmtpCommand.Bare { Verb: SmtpVerb.StartTls } => StartTlsAsync(cancellationToken),
            SmtpCommand.Authenticate authenticate => AuthenticateAsync(authenticate, cancellationToken),
            SmtpCommand.WithText text => InformAsync(text, cancellationToken),
            _ => throw new InvalidOperationException($"no handler for {command.Verb}"),
        };
    }

    /// <summary>Nothing may come behind this command before its reply (RFC 2920 section 3.1; without PIPELINING that is so of all).</summary>
    /// <remarks>A chunk's own octets may follow BDAT, and a client that has said all may close behind QUIT. The exchange of AUTH looks for itself.</remarks>
    private bool IsLastOfGroup(SmtpVerb verb) => verb == SmtpVerb.Ehlo ? !_receipt.Rules.TakesEarlyCommands : _pipelining
        ? verb is SmtpVerb.Helo or SmtpVerb.Data or SmtpVerb.Noop or SmtpVerb.Vrfy or SmtpVerb.Expn or SmtpVerb.Etrn or SmtpVerb.StartTls or SmtpVerb.Unknown
        : verb is not (SmtpVerb.Bdat or SmtpVerb.Quit);

    private void EndWithoutCommand(CommandReadStatus status)
    {
        string host = _receipt.Capabilities.HostName;
        switch (status)
        {
            case CommandReadStatus.TimedOut:
                End(SessionEnd.Orderly, "", SessionReplies.Closing(4, 2, host, "SMTP command timeout, closing connection"), "command timeout", SessionBreak.CommandTimeout);
                break;
            case CommandReadStatus.Draining:
                End(SessionEnd.Orderly, "", SessionReplies.Closing(3, 2, host, "service is shutting down, closing connection"), "server shutdown", SessionBreak.Shutdown);
                break;
            case CommandReadStatus.Overflow:
                End(SessionEnd.Abrupt, "", SessionReplies.Closing(5, 2, host, "line too long, closing connection"), "command line without end", SessionBreak.Limit);
                break;
            default:
                _end = SessionEnd.Lost;
                break;
        }
    }

    /// <summary>Refuses by the protocol layer's own judgement and lets the receipt know.</summary>
    private void Refuse(SmtpVerb verb, SmtpReply reply, string reason, bool isUnqualified = false)
    {
        _receipt.ProtocolIncident(new ProtocolIncident(SmtpVerbNames.Of(verb), reply, reason) { Line = _syntax.LastLine, IsUnqualified = isUnqualified });
        _channel.Reply(reply);
    }

    private void RefuseSyntax(SmtpCommand.Invalid invalid)
    {
        RefuseAsError(invalid.Verb, invalid.Reply, invalid.Reason, invalid.IsUnqualified);
        if (invalid.LosesFraming)
        {
            _end = SessionEnd.Abrupt;
        }
    }

    /// <summary>Refuses what counts against the client, and ends the session when it was one too many.</summary>
    private void RefuseAsError(SmtpVerb verb, SmtpReply reply, string reason, bool isUnqualified = false)
    {
        if (verb == SmtpVerb.Unknown && ++_unknownCommands > _receipt.Rules.MaxUnknownCommands)
        {
            End(SessionEnd.Abrupt, SmtpVerbNames.Of(verb), SessionReplies.TooManyUnknownCommands, reason, SessionBreak.TooManyUnknownCommands);
        }
        else if (verb != SmtpVerb.Unknown && ++_errors > _receipt.Rules.MaxErrors)
        {
            End(SessionEnd.Abrupt, SmtpVerbNames.Of(verb), SessionReplies.TooManyErrors(reply), reason, SessionBreak.TooManyErrors);
        }
        else
        {
            Refuse(verb, reply, reason, isUnqualified);
        }
    }

    private async ValueTask RefuseSequenceAsync(SmtpCommand command, SmtpReply refusal, CancellationToken cancellationToken)
    {
        if (_state == SmtpSessionState.NoRecipient && command.Verb is SmtpVerb.Data or SmtpVerb.Bdat && _lastRejection is { } rejection)
        {
            refusal = SessionReplies.AllRejected(rejection, SmtpVerbNames.Of(command.Verb));
        }

        if (command is SmtpCommand.Chunk chunk)
        {
            await RefuseChunkAsync(chunk, refusal, "command out of sequence", cancellationToken);
            return;
        }

        const string Reason = "command out of sequence";
        if (command.Verb == SmtpVerb.Rcpt || (command.Verb == SmtpVerb.Mail && _state == SmtpSessionState.Connected) || (command.Verb == SmtpVerb.Data && _envelopeRefused))
        {
            // After a refused MAIL a pipelining client can not help sending its recipients and DATA: these do not count against it.
            // A client that does not greet hears so as often as it likes.
            Refuse(command.Verb, refusal, Reason);
        }
        else if (CountNonMail(command.Verb))
        {
            RefuseAsError(command.Verb, refusal, Reason);
        }
    }

    /// <summary>The client has sent more than it may before a reply.</summary>
    private void EndOutOfStep(SmtpVerb verb) => EndOutOfStep(verb, $"next input sent too soon: pipelining was {(_pipelining ? "" : "not ")}advertised");

    private void EndOutOfStep(SmtpVerb verb, string reason)
    {
        var incident = new ProtocolIncident(SmtpVerbNames.Of(verb), SessionReplies.OutOfStep, reason)
        {
            Line = _syntax.LastLine,
            NextInput = _channel.PeekInput(),
            Ends = SessionBreak.OutOfStep,
        };
        End(SessionEnd.Abrupt, incident);
    }

    private void End(SessionEnd end, string command, SmtpReply reply, string reason, SessionBreak why) =>
        End(end, new ProtocolIncident(command, reply, reason) { Line = _syntax.LastLine, Ends = why });

    private void End(SessionEnd end, ProtocolIncident incident)
    {
        _receipt.ProtocolIncident(incident);
        _channel.Reply(incident.Reply);
        (_end, _break) = (end, incident.Ends);
    }

    /// <summary>Gives the receipt's answer, and ends the session when it says so. True when the answer is yes and the session goes on.</summary>
    private bool Answer(ReceiptDecision decision)
    {
        foreach (SmtpReply reply in decision.Preceding)
        {
            _channel.Reply(reply);
        }

        _channel.Reply(decision.Reply);

        // 421 announces the end of the connection, whoever composed it (RFC 5321 section 3.8).
        if (decision.Close || decision.Reply.Code == 421)
        {
            _end = SessionEnd.Abrupt;
        }

        return decision.Reply.IsPositive && !decision.Close;
    }
}
