using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Dsn;

/// <summary>What the operator is told of a message that has been frozen.</summary>
/// <param name="Id">The note's own identifier, for its Message-Id.</param>
/// <param name="Host">The host that reports.</param>
/// <param name="From">A complete From body; null for Mailer-Daemon at the host.</param>
/// <param name="Waiting">Each with why it was not delivered; empty when nothing was tried.</param>
public sealed record FrozenNote(
    MessageId Id, string Host, string? From, IReadOnlyList<EnvelopeAddress> To, MessageId Frozen, EnvelopeAddress Sender, IReadOnlyList<(EnvelopeAddress Address, string Reason)> Waiting);

/// <summary>Writes such notes in the words of Exim.</summary>
public static class FrozenNoteComposer
{
    public static ComposedMessage Compose(FrozenNote note, DateTimeOffset date)
    {
        var body = new StringBuilder($"Message {note.Frozen} has been frozen.\r\nThe sender is <{Line(note.Sender.ToString())}>.\r\n\r\nThe following address(es) have yet to be delivered:\r\n\r\n");
        foreach (var (address, reason) in note.Waiting)
        {
            body.Append("  ").Append(Line(address.ToString())).Append(reason.Length == 0 ? "" : ": ").Append(Line(reason)).Append("\r\n");
        }

        var header = new StringBuilder("Auto-Submitted: auto-generated\r\n")
            .Append(DsnText.Fold("From", Line(note.From ?? $"Mail Delivery System <Mailer-Daemon@{note.Host}>"))).Append("\r\n")
            .Append(DsnText.Fold("To", Line(string.Join(", ", note.To)))).Append("\r\n")
            .Append("Subject: Message frozen\r\n")
            .Append("Message-Id: <E").Append(note.Id).Append('@').Append(Line(note.Host)).Append(">\r\n")
            .Append("Date: ").Append(MailDate.Format(date)).Append("\r\n");
        return new ComposedMessage(Encoding.ASCII.GetBytes(header.ToString()), Encoding.ASCII.GetBytes(body.ToString()), BodyType.SevenBit);
    }

    private static string Line(string text) => DsnText.Line(text, utf8: false);
}
