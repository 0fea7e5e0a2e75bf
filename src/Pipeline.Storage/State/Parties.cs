using System.Collections.Immutable;
using System.Text;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.State;

/// <summary>By whom and for whom a message is, as far as some entries tell: what a search looks at.</summary>
/// <param name="Recipients">Each address ended by a line feed, which no address contains.</param>
internal readonly record struct Parties(string? Sender, string Recipients)
{
    public bool IsEmpty => Sender is null && Recipients.Length == 0;

    /// <summary>Refused recipients are parties too, since a sender asks about them most, and so are addresses that were rewritten.</summary>
    public static Parties Of(NewMessage message)
    {
        var recipients = new StringBuilder();
        foreach (var recipient in message.Envelope.Recipients)
        {
            recipients.Append(recipient.Address).Append('\n');
        }

        foreach (var entry in message.Journal)
        {
            if (entry.Event is RecipientRefused refused)
            {
                recipients.Append(refused.Address).Append('\n');
            }
            else if (entry.Event is RecipientWithdrawn withdrawn)
            {
                recipients.Append(withdrawn.Address).Append('\n');
            }
            else if (entry.Event is RecipientRewritten rewritten)
            {
                recipients.Append(rewritten.From).Append('\n');
            }
        }

        return new Parties(message.Envelope.Sender.ToString(), recipients.ToString());
    }

    public static Parties Of(ImmutableArray<JournalEntry> entries)
    {
        string? sender = null;
        StringBuilder? recipients = null;
        foreach (var entry in entries)
        {
            switch (entry.Event)
            {
                case TransactionStarted started:
                    sender = started.Sender;
                    break;
                case AddressRewritten { Place: AddressRewritten.Sender } rewritten:
                    sender = rewritten.To;
                    break;
                case RecipientRewritten rewritten:
                    (recipients ??= new StringBuilder()).Append(rewritten.To).Append('\n');
                    break;
                case RecipientAccepted accepted:
                    (recipients ??= new StringBuilder()).Append(accepted.Address).Append('\n');
                    break;
                case RecipientRefused refused:
                    (recipients ??= new StringBuilder()).Append(refused.Address).Append('\n');
                    break;
                default:
                    break;
            }
        }

        return new Parties(sender, recipients?.ToString() ?? "");
    }
}
