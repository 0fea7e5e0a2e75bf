using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Logging;

/// <summary>What later lines of the log repeat of a message's earlier events.</summary>
internal sealed class LoggedMessage
{
    private readonly Dictionary<int, LoggedRecipient> _recipients = [];

    public LoggedMessage()
    {
    }

    public LoggedMessage(DateTimeOffset receivedAt, string sender, long size, ImmutableArray<RecipientState> recipients)
    {
        (ReceivedAt, Sender, Size) = (receivedAt, sender, size);
        Know(recipients);
    }

    /// <summary>Null when its arrival was not seen.</summary>
    public DateTimeOffset? ReceivedAt { get; set; }

    /// <summary>When its reception began; null when that was not seen.</summary>
    public DateTimeOffset? Began { get; set; }

    public string? Sender { get; set; }

    /// <summary>Octets; null when its arrival was not seen.</summary>
    public long? Size { get; set; }

    /// <summary>The named queue that it is in; null for the default one, and when its arrival was not seen.</summary>
    public string? Queue { get; init; }

    public bool Knows(int index) => _recipients.ContainsKey(index);

    public LoggedRecipient this[int index] => _recipients.TryGetValue(index, out var recipient) ? recipient : LoggedRecipient.Unknown;

    public void Know(ImmutableArray<RecipientState> recipients)
    {
        foreach (var recipient in recipients)
        {
            if (!_recipients.ContainsKey(recipient.Index))
            {
                _recipients.Add(recipient.Index, new LoggedRecipient(recipient.Address.ToString(), recipient.Parent));
            }
        }
    }

    /// <summary>The address of the envelope that a recipient comes from.</summary>
    public string Top(int index) => Descent(index)[^1];

    /// <summary>A recipient, what it was redirected from, and so on up to the address of the envelope.</summary>
    public IReadOnlyList<string> Descent(int index)
    {
        var recipient = this[index];
        List<string> descent = [recipient.Address];
        while (recipient.Parent >= 0 && descent.Count <= _recipients.Count)
        {
            recipient = this[recipient.Parent];
            descent.Add(recipient.Address);
        }

        return descent;
    }

    public void Note(JournalEvent what, DateTimeOffset at)
    {
        switch (what)
        {
            case RecipientAccepted e:
                _recipients[e.Recipient] = new LoggedRecipient(e.Address, -1);
                break;
            case RecipientWithdrawn e:
                _recipients.Remove(e.Recipient);
                break;
            case AddressRewritten { Place: AddressRewritten.Sender } e:
                Sender = e.To;
                break;
            case SenderChanged e:
                Sender = e.To;
                break;
            case RecipientAdded e:
                _recipients[e.Recipient] = new LoggedRecipient(e.Address, -1);
                break;
            case RecipientRewritten e:
                _recipients[e.Recipient] = this[e.Recipient] with { Address = e.To };
                break;
            case RecipientRedirected e:
                foreach (var child in e.Children)
                {
                    _recipients[child.Index] = new LoggedRecipient(child.Address, e.Recipient);
                }

                break;
            case RouterTried e:
                // The router whose word stands when it is no transport: it failed or deferred the address.
                _recipients[e.Recipient] = this[e.Recipient] with { Router = e.Outcome is "failed" or "deferred" ? e.Router : null, Transport = null };
                break;
            case AttemptStarted e:
                _recipients[e.Recipient] = this[e.Recipient] with { TriedAt = at, ReturnPath = e.ReturnPath };
                break;
            case RecipientRouted e:
                _recipients[e.Recipient] = this[e.Recipient] with { Router = e.Router, Transport = e.Transport };
                break;
        }
    }
}

/// <param name="Parent">Index of the recipient whose redirection made this one; -1 for one of the envelope.</param>
/// <param name="TriedAt">When its last attempt began.</param>
/// <param name="ReturnPath">The return path of that attempt, when it is not the sender of the message.</param>
internal sealed record LoggedRecipient(
    string Address, int Parent, string? Router = null, string? Transport = null, DateTimeOffset? TriedAt = null, string? ReturnPath = null)
{
    public static LoggedRecipient Unknown { get; } = new("(unknown)", -1);
}
