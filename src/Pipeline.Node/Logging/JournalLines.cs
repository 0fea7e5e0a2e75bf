using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Logging;

/// <summary>A line of the logs, before escaping and without its frame.</summary>
internal readonly record struct LogLine(
    DateTimeOffset At, MessageId? Id, string Text, PolicyLogTarget Logs = PolicyLogTarget.Main, RejectedContent? Rejected = null);

/// <summary>Turns the journals of messages into Exim's main log: a fold over what was committed, without effects.</summary>
/// <remarks>
/// Of each message in the node's hands it remembers what later lines repeat of earlier events: addresses and their descent, router and transport.
/// What it does not know (an entry was lost) is left out of the line. Exim's lines are fixed in order and spacing: programs read them.
/// </remarks>
/// <param name="localUser">Who is taken to submit mail on this machine where the journal does not say: the node's user.</param>
internal sealed class JournalLines(LogSelection selection, string localUser)
{
    private readonly Dictionary<MessageId, LoggedMessage> _messages = [];

    /// <summary>What the lines tell: log_selector.</summary>
    public LogSelection Selection { get; set; } = selection;

    /// <summary>Messages that are remembered.</summary>
    public int Count => _messages.Count;

    /// <summary>Entries were lost: what is remembered may be out of date, and would never be forgotten if it was the last.</summary>
    public void Forget() => _messages.Clear();

    public void Apply(MailLogEntry entry, List<LogLine> lines)
    {
        switch (entry)
        {
            case MailLogEntry.Accepted accepted:
                Accept(accepted, lines);
                break;
            case MailLogEntry.Resumed resumed:
                _messages[resumed.Id] = new LoggedMessage(resumed.ReceivedAt, resumed.Sender, resumed.Size, resumed.Recipients) { Queue = resumed.Queue };
                break;
            case MailLogEntry.Changed changed:
                Change(changed, lines);
                break;
            case MailLogEntry.Line line:
                lines.Add(new LogLine(line.At, null, line.Text, line.Logs, line.Rejected));
                break;
        }
    }

    private void Accept(MailLogEntry.Accepted accepted, List<LogLine> lines)
    {
        (TransactionStarted What, DateTimeOffset At)? started = null;
        var message = new LoggedMessage { Queue = accepted.Queue };
        foreach (var (_, at, what) in accepted.Journal)
        {
            switch (what)
            {
                case TransactionStarted e:
                    started = (e, at);
                    message.Sender = e.Sender;
                    message.Began = at;
                    break;
                case MessageAccepted e when started is { } began:
                    message.ReceivedAt = at;
                    message.Size = e.Size;
                    lines.Add(new LogLine(at, accepted.Id, ArrivalLine.Of(began.What, began.At, e, accepted, message, Selection, localUser)));
                    break;
                default:
                    message.Note(what, at);
                    if (Selection.Has("address_rewrite") && RewriteLine.Of(what) is { } text)
                    {
                        lines.Add(new LogLine(at, accepted.Id, text));
                    }

                    break;
            }
        }

        _messages[accepted.Id] = message;
    }

    private void Change(MailLogEntry.Changed changed, List<LogLine> lines)
    {
        var message = _messages.GetValueOrDefault(changed.Id) ?? new LoggedMessage();
        message.Know(changed.Recipients);
        foreach (var (_, at, what) in changed.Journal)
        {
            message.Note(what, at);
            if (what is NotificationSent sent)
            {
                foreach (var notification in changed.Notifications)
                {
                    if (notification.Id.ToString() == sent.MessageId)
                    {
                        Accept(notification, lines);
                    }
                }
            }
            else if (DeliveryLine.Of(what, at, message, Selection) is { } text)
            {
                lines.Add(new LogLine(at, changed.Id, text));
            }
        }

        if (changed.Ends)
        {
            _messages.Remove(changed.Id);
        }
        else
        {
            _messages[changed.Id] = message;
        }
    }
}
