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
    private bool _pipelining;
    private bool _startTlsOffered;
    private int _errors;
    private int _unknownCommands;
    private int _nonMailCommands;

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
        _state = InitialState;
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

    private SmtpSessionState InitialState => _options.RequireHello ? SmtpSessionState.Connected : SmtpSessionState.Greeted;

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
                await EndTransactionAsync("connection ended", cancellationToken);
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

    private ValueTask ExecuteAsync(SmtpCommand command, CancellationToken cancellationToken)
    {
        if (!_pipelining && _channel.MoreBuffered && _options.EnforceSynchronisation && IsOutOfStepWithoutPipelining(command))
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

    /// <summary>A chunk's own octets may follow BDAT, and a client that has said all may close behind QUIT.</summary>
    private static bool IsOutOfStepWithoutPipelining(SmtpCommand command) => command.Verb is not (SmtpVerb.Bdat or SmtpVerb.Quit);

    private void EndWithoutCommand(CommandReadStatus status)
    {
        string host = _receipt.Capabilities.HostName;
        switch (status)
        {
            case CommandReadStatus.TimedOut:
                End(SessionEnd.Orderly, "", SessionReplies.Closing(4, 2, host, "SMTP command timeout, closing connection"), "command timeout");
                break;
            case CommandReadStatus.Draining:
                End(SessionEnd.Orderly, "", SessionReplies.Closing(3, 2, host, "service is shutting down, closing connection"), "server shutdown");
                break;
            case CommandReadStatus.Overflow:
                End(SessionEnd.Abrupt, "", SessionReplies.Closing(5, 2, host, "line too long, closing connection"), "command line without end");
                break;
            default:
                _end = SessionEnd.Lost;
                break;
        }
    }

    /// <summary>Refuses by the protocol layer's own judgement and lets the receipt know.</summary>
    private void Refuse(SmtpVerb verb, SmtpReply reply, string reason)
    {
        _receipt.ProtocolIncident(SmtpVerbNames.Of(verb), reply, reason, _syntax.LastLine);
        _channel.Reply(reply);
    }

    private void RefuseSyntax(SmtpCommand.Invalid invalid)
    {
        if (TooManyOf(invalid.Verb) is { } what)
        {
            SmtpReply tooMany = SessionReplies.Closing(7, 0, _receipt.Capabilities.HostName, what);
            End(SessionEnd.Abrupt, SmtpVerbNames.Of(invalid.Verb), tooMany, $"{what} (last was \"{_syntax.LastLine}\")");
            return;
        }

        Refuse(invalid.Verb, invalid.Reply, invalid.Reason);
        if (invalid.LosesFraming)
        {
            _end = SessionEnd.Abrupt;
        }
    }

    /// <summary>Counts a command that is none; what there are too many of, when it was one too many.</summary>
    private string? TooManyOf(SmtpVerb verb) => verb == SmtpVerb.Unknown
        ? ++_unknownCommands > _limits.MaxUnknownCommands ? "too many unrecognized commands" : null
        : ++_errors > _limits.MaxErrors ? "too many syntax or protocol errors" : null;

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

        // After a refused MAIL a pipelining client can not help sending its recipients: these do not count against it.
        if (command.Verb is SmtpVerb.Rcpt or SmtpVerb.Data || CountNonMail(command.Verb))
        {
            Refuse(command.Verb, refusal, "command out of sequence");
        }
    }

    /// <summary>Counts a command that carries no mail; false when it was one too many and the session ends.</summary>
    private bool CountNonMail(SmtpVerb verb)
    {
        if (++_nonMailCommands <= _limits.MaxNonMailCommands)
        {
            return true;
        }

        SmtpReply reply = SessionReplies.Closing(7, 0, _receipt.Capabilities.HostName, "too many nonmail commands");
        End(SessionEnd.Abrupt, SmtpVerbNames.Of(verb), reply, $"too many nonmail commands (last was \"{SmtpVerbNames.Of(verb)}\")");
        return false;
    }

    /// <summary>The client has sent more than it may before a reply.</summary>
    private void EndOutOfStep(SmtpVerb verb) => End(
        SessionEnd.Abrupt, SmtpVerbNames.Of(verb), SessionReplies.OutOfStep, $"next input sent too soon: pipelining was {(_pipelining ? "" : "not ")}advertised");

    private void End(SessionEnd end, string command, SmtpReply reply, string reason)
    {
        _receipt.ProtocolIncident(command, reply, reason, _syntax.LastLine);
        _channel.Reply(reply);
        _end = end;
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
