using System.Text;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Expansion;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Logging;

/// <summary>What the logs are fed with. Holds no message body, however long the log's queue gets.</summary>
internal abstract record MailLogEntry
{
    private MailLogEntry()
    {
    }

    /// <summary>A message was committed to the queue.</summary>
    /// <param name="MessageIdField">Of the header, without its angle brackets; null when there is none.</param>
    /// <param name="About">Of a notification, the message it tells of.</param>
    /// <param name="Queue">The named queue; null for the default one.</param>
    public sealed record Accepted(
        MessageId Id, ImmutableArray<JournalEntry> Journal, string? MessageIdField, string? Subject, MessageId? About = null, string? Queue = null) : MailLogEntry
    {
        /// <summary>Octets of a header field that are looked at.</summary>
        private const int MaxField = 1_000;

        public static Accepted Of(NewMessage message, MessageId? about = null) => new(
            message.Id, message.Journal, Token(Field(message, "message-id"u8)), Field(message, "subject"u8), about, message.Properties.GetValueOrDefault(NewMessage.QueueProperty));

        private static string? Field(NewMessage message, ReadOnlySpan<byte> name)
        {
            var body = HeaderFields.FindText(message.HeaderBlock, name);
            return body.IsEmpty ? null : Encoding.UTF8.GetString(body.Length > MaxField ? body[..MaxField] : body);
        }

        /// <summary>An id is one word: a client cannot write further fields of the line with it.</summary>
        private static string? Token(string? field)
        {
            var end = field?.AsSpan().IndexOfAny(" \t\r\n") ?? -1;
            return (end < 0 ? field : field![..end])?.TrimStart('<').TrimEnd('>');
        }
    }

    /// <summary>Events of a queued message were committed.</summary>
    /// <param name="Recipients">New states of the recipients that the events are about.</param>
    /// <param name="Ends">The message leaves the node's hands.</param>
    /// <param name="Notifications">Messages that were committed with them.</param>
    public sealed record Changed(
        MessageId Id, ImmutableArray<JournalEntry> Journal, ImmutableArray<RecipientState> Recipients, bool Ends, ImmutableArray<Accepted> Notifications)
        : MailLogEntry
    {
        /// <summary>The message is in other hands, and nothing more will be heard of it here.</summary>
        public static Changed Gone(MessageId id) => new(id, [], [], Ends: true, []);

        public static Changed Of(MessageUpdate update) => new(
            update.Id,
            update.Journal,
            update.Recipients,
            update.Closing != UpdateClosing.KeepClaim,
            update.Notifications.IsEmpty ? [] : [.. update.Notifications.Select(notification => Accepted.Of(notification, update.Id))]);
    }

    /// <summary>A queued message came back into the node's hands.</summary>
    /// <param name="Queue">The named queue; null for the default one.</param>
    public sealed record Resumed(
        MessageId Id, DateTimeOffset ReceivedAt, string Sender, long Size, ImmutableArray<RecipientState> Recipients, string? Queue = null) : MailLogEntry
    {
        public static Resumed Of(StoredMessage message) => new(
            message.Id,
            message.ReceivedAt,
            message.Envelope.Sender.ToString(),
            message.Content.HeaderBlock.Length + message.Content.BodySize,
            message.Recipients,
            message.Properties.GetValueOrDefault(NewMessage.QueueProperty));
    }

    /// <summary>A line that is ready: what the policy says of a client, a refusal.</summary>
    /// <param name="Rejected">What was refused, when the header had arrived.</param>
    public sealed record Line(DateTimeOffset At, string Text, PolicyLogTarget Logs = PolicyLogTarget.Main, RejectedContent? Rejected = null) : MailLogEntry;
}
