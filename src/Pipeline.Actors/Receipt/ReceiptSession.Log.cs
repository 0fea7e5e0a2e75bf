using Pipeline.Mail.Smtp;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>What the main log says of the session itself, in Exim's words: its beginning, its end, and what the protocol layer refused.</summary>
internal sealed partial class ReceiptSession
{
    /// <summary>Commands that the line about a session without mail names.</summary>
    private const int MaxShownVerbs = 20;

    private static readonly SmtpReply NotAvailable = new(554, "SMTP service not available");

    private readonly List<string> _verbs = [];
    private bool _sawMail;
    private long _began;

    /// <summary>The client as the lines about connections name it: <c>name (helo) [address]</c>.</summary>
    private string Peer => _connection.ClientAddress is { } address
        ? LogText.Host(_connection.ClientName, _connection.HeloName, address.ToString())["H=".Length..]
        : "local";

    private string Lasted => $"D={Duration(_services.Time.GetElapsedTime(_began))}";

    public void ProtocolIncident(string command, SmtpReply reply, string reason, string line = "")
    {
        _notQuit = _notQuit is null ? null : NotQuitReason.Of(command, reply) ?? _notQuit;
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

        LogIncident(command, reply, reason, line);
    }

    private void LogIncident(string command, SmtpReply reply, string reason, string line)
    {
        var host = LogText.Host(_connection);
        var sender = _transaction is { } transaction ? $"<{transaction.Scope.Message.Sender}>" : "<>";
        switch (NotQuitReason.Of(command, reply))
        {
            case "command-timeout":
                Log(null, $"SMTP command timeout on connection from {Peer} {Lasted}");
                return;
            case "data-timeout":
                Log(null, $"SMTP data timeout (message abandoned) on connection from {Peer} F={sender} {Lasted}");
                return;
            case "synchronization-error":
                Log(null, $"SMTP protocol synchronization error ({reason}): rejected {(line.Length == 0 ? "connection from" : $"\"{line}\"")} {host}", Refusals);
                return;
            case "tls-failed":
                Log(null, $"TLS error on connection from {Peer} {reason}");
                return;
            case "bad-commands" when command == "connect":
                Log("connection_reject", $"Connection from {Peer} refused: {reason}");
                return;
            case "bad-commands":
                Log(null, $"SMTP call from {Peer} dropped: {reason}", Refusals);
                return;
        }

        switch (reply.Code)
        {
            case 500 or 501 or 553 or 555 when line.Length > 0:
                Log("smtp_syntax_error", $"SMTP syntax error in \"{line}\" {host} {reply.Text}");
                return;
            case 503 when line.Length > 0:
                Log("smtp_protocol_error", $"SMTP protocol error in \"{line}\" {host} {reply.Text}");
                return;
            case 452 when command == "RCPT":
                Log(null, $"too many recipients: excess temporarily rejected: sender={sender} {host}");
                return;
            case 552 when command == "RCPT":
                Log(null, $"too many recipients: message rejected: sender={sender} {host}");
                return;
            default:
                Log(null, $"{host} refused {command}: {reply}{(reason.Length == 0 ? "" : $" ({reason})")}");
                return;
        }
    }

    private static PolicyLogTarget Refusals => PolicyLogTarget.Main | PolicyLogTarget.Reject;

    private ReceiptDecision RefuseHello(string verb, string name)
    {
        var reply = new SmtpReply(501, $"Syntactically invalid {verb} argument(s)");
        RecordWithoutMessage(new MessageRefused(verb, reply.ToString(), name));
        Log(null, $"rejected {verb} from {Peer}: syntactically invalid argument(s): {OctetString.FromText(name)}", Refusals);
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
            Log("smtp_connection", $"SMTP connection from {Peer} lost {Lasted}");
        }

        LogWithoutMail();
    }

    private void LogWithoutMail()
    {
        if (!_sawMail)
        {
            Log("smtp_no_mail", $"no MAIL in SMTP connection from {Peer} {Lasted}{(_verbs.Count == 0 ? "" : $" C={string.Join(',', _verbs)}")}");
        }
    }

    /// <param name="selector">Of <c>log_selector</c>; null for a line that is always written.</param>
    private void Log(string? selector, string line, PolicyLogTarget target = PolicyLogTarget.Main)
    {
        if (selector is null || Options.LogSelector.Has(selector))
        {
            _services.Log.Write(target, line);
        }
    }

    private string Duration(TimeSpan time) => Options.LogSelector.Has("millisec")
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.000}s")
        : TimeText.Format(TimeSpan.FromSeconds(Math.Floor(time.TotalSeconds)));
}
