using Pipeline.Mail.Smtp;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Acl.Verification;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>What the main log says of the session itself, in Exim's words: its beginning, its end, and what the protocol layer refused.</summary>
internal sealed partial class ReceiptSession
{
    private const string UnknownCommand = "unknown";

    /// <summary>Commands that the line about a session without mail names.</summary>
    private const int MaxShownVerbs = 20;

    private static readonly SmtpReply NotAvailable = new(554, "SMTP service not available");

    private readonly List<string> _verbs = [];
    private bool _sawMail;
    private long _began;
    private bool _isConnectionLogged = true;

    /// <summary>The client as the lines about connections name it: <c>name (helo) [address]</c>.</summary>
    private string Peer => _connection.ClientAddress is { } address
        ? LogText.Host(_connection.ClientName, _connection.HeloName, address.ToString())["H=".Length..]
        : _connection.Ident.Length > 0 ? _connection.Ident : "local";

    private string ConnectionId => Options.LogSelector.Has("connection_id") && _connection.Id.Length > 0 ? $" Ci={_connection.Id}" : "";

    private string Lasted => $"D={Duration(_services.Time.GetElapsedTime(_began))}";

    public void ProtocolIncident(ProtocolIncident incident)
    {
        var (command, reply, reason) = incident;

        // As Exim, whose not-QUIT ACL is not run for a client that has made too many mistakes.
        _notQuit = _notQuit is null || incident.Ends == SessionBreak.TooManyErrors ? null : NotQuitReason.Of(incident.Ends) ?? _notQuit;
        _connection.AuthenticationFailed |= command == AuthCommand;
        if (command == AuthCommand && _exchange is not null)
        {
            Failed(reply, "");
            return;
        }

        var refused = new MessageRefused(command, reply.ToString(), reason);
        if (_transaction is { } transaction)
        {
            transaction.Record(refused);
        }
        else
        {
            RecordWithoutMessage(refused);
        }

        if (incident is { Ends: SessionBreak.None or SessionBreak.TooManyErrors, Line.Length: > 0 } && command != UnknownCommand)
        {
            Remember(command);
        }

        if (NotQuitReason.Of(incident.Ends) is null)
        {
            LogRefusal(incident);
        }
        else
        {
            LogEnd(incident);
        }
    }

    private void LogEnd(ProtocolIncident incident)
    {
        var (command, reply, reason) = incident;
        var host = LogText.Host(_connection);
        switch (incident.Ends)
        {
            case SessionBreak.CommandTimeout:
                Log(null, $"SMTP command timeout on connection from {Peer} {Lasted}");
                break;
            case SessionBreak.DataTimeout:
                Log(null, $"SMTP data timeout (message abandoned) on connection from {Peer} F={OpenSender} {Lasted}");
                break;
            case SessionBreak.OutOfStep when incident.Line.Length == 0:
                Log(null, $"SMTP protocol synchronization error ({reason}): rejected connection from {host} input=\"{incident.NextInput}\"", Refusals);
                break;
            case SessionBreak.OutOfStep:
                Log(null, $"SMTP protocol synchronization error ({reason}): rejected \"{incident.Line}\" {host} next input=\"{incident.NextInput}\"", Refusals);
                break;
            case SessionBreak.TlsFailed:
                Log(null, $"TLS error on connection from {Peer} {reason}");
                break;
            case SessionBreak.Refused:
                Log("connection_reject", $"Connection from {Peer} refused: {reason}");
                break;
            case SessionBreak.TooManyUnknownCommands:
                LogRefusal(incident);
                Log(null, $"SMTP call from {Peer} dropped: too many unrecognized commands (last was \"{incident.Line}\")", Refusals);
                break;
            case SessionBreak.TooManyErrors:
                LogRefusal(incident with { Reply = new SmtpReply(reply.Code, string.Join(' ', reply.Lines.SkipLast(1))) });
                Log(null, $"SMTP call from {Peer} dropped: too many syntax or protocol errors (last command was \"{incident.Line}\", {ShownVerbs})", Refusals);
                break;
            case SessionBreak.TooManyNonMailCommands:
                Log(null, $"SMTP call from {Peer} dropped: too many nonmail commands (last was \"{command}\")", Refusals);
                break;
            case SessionBreak.TooManyMessages:
                Log(null, $"rejected MAIL command {host}: too many messages in one connection", Refusals);
                break;
            case SessionBreak.Limit:
                Log(null, $"SMTP call from {Peer} dropped: {reason}", Refusals);
                break;
            case SessionBreak.Shutdown:
                LogRefusal(incident);
                break;
        }
    }

    private void LogRefusal(ProtocolIncident incident)
    {
        var (command, reply, reason) = incident;
        var host = LogText.Host(_connection);
        switch (reply.Code)
        {
            case 501 when incident.IsUnqualified:
                Log("smtp_syntax_error", $"{OctetString.FromText(reason)} {host}", Refusals);
                break;
            case 500 or 501 or 553 or 555 when incident.Line.Length > 0:
                Log("smtp_syntax_error", $"SMTP syntax error in \"{incident.Line}\" {host}{(reason.Length == 0 ? "" : $" {OctetString.FromText(reason)}")}");
                break;
            case 503 when command == "MAIL" && _connection.HeloName.Length == 0:
                Log(null, $"rejected MAIL from {Peer}: no HELO/EHLO given", Refusals);
                break;
            case 503 when incident.Line.Length > 0:
                Log("smtp_protocol_error", $"SMTP protocol error in \"{incident.Line}\" {host} {reply.Text}");
                break;
            case 458 when command == "ETRN":
                var domain = incident.Line["ETRN".Length..].Trim();
                Log("etrn", $"ETRN {domain} received from {Peer}");
                Log(null, $"{host} rejected ETRN {domain}", Refusals);
                break;
            case 452 when command == "RCPT":
                Log(null, $"too many recipients: excess temporarily rejected: sender={OpenSender} {host}");
                break;
            case 552 when command == "RCPT":
                Log(null, $"too many recipients: message rejected: sender={OpenSender} {host}");
                break;
            case 552 when command == "MAIL":
                Log("size_reject", $"rejected {incident.Line[..(incident.Line.IndexOf('>', StringComparison.Ordinal) + 1)]} {host}: message too big: {reason}", Refusals);
                break;
            case 552 when _transaction is { } transaction:
                transaction.LogTooBig(reason);
                break;
            default:
                Log(null, $"{host} refused {command}: {reply}{(reason.Length == 0 ? "" : $" ({reason})")}");
                break;
        }
    }

    /// <summary>The sender of the open transaction.</summary>
    private string OpenSender => _transaction is { } transaction ? $"<{transaction.Scope.Message.Sender}>" : "<>";

    private string ShownVerbs => $" C={string.Join(',', _verbs)}";

    private void Remember(string verb)
    {
        if (_verbs.Count < MaxShownVerbs)
        {
            _verbs.Add(verb);
        }
    }

    private static PolicyLogTarget Refusals => PolicyLogTarget.Main | PolicyLogTarget.Reject;

    private ReceiptDecision RefuseHello(string verb, string name)
    {
        var reply = new SmtpReply(501, $"Syntactically invalid {verb} argument(s)");
        RecordWithoutMessage(new MessageRefused(verb, reply.ToString(), name));
        Log(null, $"rejected {verb} from {Peer}: syntactically invalid argument(s): {OctetString.FromText(name)}", Refusals);
        return new ReceiptDecision(reply) { IsSyntaxError = true };
    }

    /// <summary>Refuses a client that is not what it calls itself, where the policy looks (<c>helo_verify_hosts</c>).</summary>
    private async ValueTask<ReceiptDecision?> RefusesFalseNameAsync(string verb, string name, EvaluationScope scope, CancellationToken cancellationToken)
    {
        var must = await CapabilityOffer.MatchesAsync(Options.HeloVerifyHosts, scope, cancellationToken);
        if (!must && !await CapabilityOffer.MatchesAsync(Options.HeloTryVerifyHosts, scope, cancellationToken))
        {
            return null;
        }

        if (await HelloVerification.VerifyAsync(scope, cancellationToken) || !must)
        {
            return null;
        }

        var reply = new SmtpReply(550, $"{verb} argument does not match calling host");
        RecordWithoutMessage(new MessageRefused(verb, reply.ToString(), name));
        Log(null, $"rejected \"{verb} {OctetString.FromText(name)}\" from {Peer}", Refusals);
        return new ReceiptDecision(reply);
    }

    /// <summary>The connection ends without QUIT, and nobody has said why.</summary>
    private void LogLoss()
    {
        if (_notQuit is not NotQuitReason.ConnectionLost)
        {
            return;
        }

        // Clients that go without a word between messages are too many to be told of by default, as in Exim.
        if (_transaction is not null)
        {
            Log("lost_incoming_connection", $"unexpected disconnection while reading SMTP command from {Peer} {Lasted}");
        }
        else
        {
            LogConnection($"SMTP connection from {Peer}{ConnectionId} lost {Lasted}");
        }

        LogWithoutMail();
    }

    /// <summary>Of the begin or the end of the connection; not of the hosts of <c>hosts_connection_nolog</c>.</summary>
    private void LogConnection(string line)
    {
        if (_isConnectionLogged)
        {
            Log("smtp_connection", line);
        }
    }

    private void LogWithoutMail()
    {
        if (!_sawMail)
        {
            Log("smtp_no_mail", $"no MAIL in SMTP connection from {Peer} {Lasted}{(_verbs.Count == 0 ? "" : ShownVerbs)}");
        }
    }

    /// <param name="selector">Of <c>log_selector</c>, which is about the main log alone; null for a line that is always written.</param>
    private void Log(string? selector, string line, PolicyLogTarget target = PolicyLogTarget.Main)
    {
        var chosen = selector is null ? target : Options.LogSelector.Choose(selector, target);
        if (chosen != PolicyLogTarget.None)
        {
            _services.Log.Write(chosen, line);
        }
    }

    private string Duration(TimeSpan time) => Options.LogSelector.Has("millisec")
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.000}s")
        : TimeText.Format(TimeSpan.FromSeconds(Math.Floor(time.TotalSeconds)));
}
