using System.Globalization;
using System.Text;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Configuration;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Logging;

/// <summary>The log of one message in Exim's form (<c>msglog</c>), made of its journal.</summary>
internal static class MessageLog
{
    public static IEnumerable<string> Of(StoredMessage message, ImmutableArray<JournalEntry> journal, TimeProvider time)
    {
        var known = new LoggedMessage { ReceivedAt = message.ReceivedAt };
        (TransactionStarted What, DateTimeOffset At)? started = null;
        foreach (var (_, at, what) in journal)
        {
            known.Note(what, at);
            if (what is TransactionStarted e)
            {
                started = (e, at);
                known.Sender = e.Sender;
            }

            if (Text(what, at) is { } text)
            {
                var line = new StringBuilder(TimeZoneInfo.ConvertTime(at, time.LocalTimeZone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)).Append(' ');
                LogEscape.Append(line, text);
                yield return line.ToString();
            }
        }

        string? Text(JournalEvent what, DateTimeOffset at) => what switch
        {
            MessageAccepted e when started is { } began => "Received from " + ArrivalLine.Of(
                began.What, began.At, e, new MailLogEntry.Accepted(message.Id, journal, null, null), known, LogSelection.Default, Environment.UserName)[ArrivalLine.FlagLength..],
            RecipientDelivered e => $"{Address(e.Recipient)}: {e.Transport} transport succeeded",
            RecipientDeferred or RecipientFailed when DeliveryLine.Of(what, at, known, LogSelection.Default) is { } line => line[DeliveryLine.FlagLength..],
            MessageFrozen { By: null } => DeliveryLine.Of(what, at, known, LogSelection.Default),
            _ => null,
        };

        string Address(int index) => known.Descent(index) is { Count: > 1 } descent ? $"{descent[0]} <{descent[^1]}>" : known[index].Address;
    }
}
