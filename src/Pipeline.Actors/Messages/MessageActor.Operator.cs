using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Messages;

/// <summary>What operators order about one message. But for a retry, an order waits for no delivery: it is refused while one is under way.</summary>
internal sealed partial class MessageActor
{
    private const string Modified = "has been modified";

    /// <summary>Who gave the order that this round carries out, and what it is told when that is durable.</summary>
    private (IActorRef Asker, MessageProtocol.OperatorAnswer Answer)? _ordered;

    private bool IsBusy => _closing is not null || _jobs.Count > 0 || _inRouting.Count > 0 || _deciding > 0;

    private void Orders()
    {
        On<MessageProtocol.RetryMessage>(OnRetry);
        On<MessageProtocol.RemoveMessage>(OnRemove);
        On<MessageProtocol.FreezeMessage>(OnFreeze);
        On<MessageProtocol.ThawMessage>(OnThaw);
        On<MessageProtocol.GiveUpMessage>(OnGiveUp);
        On<MessageProtocol.AddRecipients>(OnAddRecipients);
        On<MessageProtocol.MarkDelivered>(OnMarkDelivered);
        On<MessageProtocol.ChangeSender>(OnChangeSender);

        void On<T>(Action<T> carryOut)
            where T : class => Receive<T>(order =>
            {
                Context.Parent.Tell(new MessageProtocol.OrderHeard(_id, order));
                carryOut(order);
            });
    }

    private void OnRetry(MessageProtocol.RetryMessage message)
    {
        if (_closing is null)
        {
            _ledger.Record(Now, new OperatorActed(OperatorActed.Retried, message.By));
        }

        Answer(true, "it is being worked on now");
    }

    private void OnRemove(MessageProtocol.RemoveMessage message)
    {
        if (IsFree())
        {
            _ledger.Record(Now, new OperatorActed(OperatorActed.Removed, message.By));
            End(true, "removed");
        }
    }

    private void OnFreeze(MessageProtocol.FreezeMessage message)
    {
        if (!IsFree())
        {
            return;
        }

        var already = IsFrozen;
        _freeze = already ? null : new Freeze("", message.By, Tell: false);
        End(!already, already ? "is already frozen" : "is now frozen");
    }

    private void OnThaw(MessageProtocol.ThawMessage message)
    {
        if (!IsFree())
        {
            return;
        }

        if (!IsFrozen)
        {
            End(false, "is not frozen");
            return;
        }

        _ledger.Record(Now, new MessageThawed(message.By));
        Answer(true, "is no longer frozen");
        RouteWaiting();
        Proceed();
    }

    private void OnGiveUp(MessageProtocol.GiveUpMessage message)
    {
        if (IsFree())
        {
            Cancel(message.By, "delivery cancelled by administrator");
            End(true, "given up");
        }
    }

    private void OnAddRecipients(MessageProtocol.AddRecipients message)
    {
        if (!IsFree())
        {
            return;
        }

        if (_ledger.NextIndex + message.Addresses.Length > _services.Limits.MaxRecipients)
        {
            End(false, $"a message has at most {_services.Limits.MaxRecipients} recipients: message not updated");
            return;
        }

        foreach (var address in message.Addresses)
        {
            _ledger.Record(Now, new RecipientAdded(_ledger.NextIndex, address.ToString(), message.By));
        }

        End(true, Modified);
    }

    private void OnMarkDelivered(MessageProtocol.MarkDelivered message)
    {
        if (!IsFree())
        {
            return;
        }

        var top = _ledger.Recipients.Where(recipient => recipient.Parent < 0).ToArray();
        if (message.Addresses.FirstOrDefault(address => !top.Any(recipient => Same(recipient.Address, address))) is { } stranger)
        {
            End(false, $"{stranger} is not a recipient: message not updated");
            return;
        }

        foreach (var recipient in _ledger.Recipients.Where(recipient => recipient.Status == RecipientStatus.Queued).ToArray())
        {
            if (message.Addresses.IsEmpty || message.Addresses.Any(address => Same(Root(recipient).Address, address)))
            {
                _ledger.Record(Now, new RecipientMarkedDelivered(recipient.Index, message.By));
            }
        }

        End(true, Modified);
    }

    private void OnChangeSender(MessageProtocol.ChangeSender message)
    {
        if (IsFree())
        {
            _ledger.Record(Now, new SenderChanged(message.Sender.ToString(), message.By));
            _facts = _facts! with { Envelope = _facts.Envelope with { Sender = message.Sender } };
            End(true, Modified);
        }
    }

    /// <summary>The recipients that wait fail, with this reason for their sender.</summary>
    private void Cancel(string by, string reason)
    {
        _cancelled = true;
        _ledger.Record(Now, new MessageCancelled(by));
        foreach (var recipient in _ledger.Recipients.Where(recipient => recipient.Status == RecipientStatus.Queued))
        {
            _failed[recipient.Index] = new DeliveryFailure { Class = FailureClass.Permanent, Reason = reason };
        }
    }

    /// <returns>False while something is under way; the operator has been told then.</returns>
    private bool IsFree()
    {
        if (IsBusy)
        {
            Answer(false, "it is being delivered now; try again");
            return false;
        }

        return true;
    }

    /// <summary>The order is carried out, or cannot be: the round ends, and whoever gave the order hears of it after the commit.</summary>
    private void End(bool done, string text)
    {
        _ordered = (Sender, new MessageProtocol.OperatorAnswer(done, text));
        Close();
    }

    /// <summary>After the supervisor has been told of the end, so that a next order finds the message free.</summary>
    private void AnswerOrder(bool isDurable)
    {
        if (_ordered is var (asker, answer))
        {
            _ordered = null;
            asker.Tell(isDurable ? answer : new MessageProtocol.OperatorAnswer(false, "it is in other hands now"), ActorRefs.NoSender);
        }
    }

    private void Answer(bool done, string text) => Sender.Tell(new MessageProtocol.OperatorAnswer(done, text));

    /// <summary>Local parts may tell case apart, domains never do (RFC 5321 section 2.4).</summary>
    private static bool Same(EnvelopeAddress one, EnvelopeAddress other) =>
        one.LocalPart == other.LocalPart && one.Domain.Equals(other.Domain, StringComparison.OrdinalIgnoreCase);
}
