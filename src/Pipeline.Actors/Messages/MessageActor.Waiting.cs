using Pipeline.Actors.Reporting;
using Pipeline.Actors.Routing;
using Pipeline.Connectors.Ports;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Messages;

/// <summary>Messages that are to wait: frozen ones, and those whose sender is to be told of the delay.</summary>
internal sealed partial class MessageActor
{
    /// <summary>Why the message is to be frozen at the end of this round; null when it is not.</summary>
    private Freeze? _freeze;

    /// <summary>This round has tried something: what still waits behind it has been put off.</summary>
    private bool _worked;

    /// <summary>The message was given up: what failed by that is not kept.</summary>
    private bool _cancelled;

    /// <summary>The last commit of the round is near: what happened goes with it.</summary>
    private bool _askingRules;

    private bool IsFrozen => _ledger.Recipients.Any(recipient => recipient is { Status: RecipientStatus.Queued, IsFrozen: true });

    /// <summary>An ACL has said that the message is to be frozen when it has arrived, and it has not been yet.</summary>
    private string? FreezeOfAcl => _facts!.Properties.GetValueOrDefault(MessageProperties.Freeze) is { } how && _ledger.Recipients.All(recipient => recipient.FrozenAt is null) ? how : null;

    /// <summary>The message was to be queued only when it arrived, and nothing has come of that yet.</summary>
    private bool PostponementOfReceipt =>
        _facts!.Properties.GetValueOrDefault(MessageProperties.Postpone) == MessageProperties.PostponeAll && _ledger.Recipients.All(IsUntouched);

    /// <returns>True when there is nothing to do now but to freeze the message or put it off, or to find out what becomes of a frozen one.</returns>
    private bool Waits(MessageStart start)
    {
        if (FreezeOfAcl is { } how)
        {
            _freeze = new Freeze("", MessageFrozen.ByAcl, Tell: how != MessageProperties.FreezeWithoutTelling);
            Close();
            return true;
        }

        if (start != MessageStart.Everything && PostponementOfReceipt)
        {
            _ledger.Record(Now, new MessagePostponed(_facts!.Properties.GetValueOrDefault(MessageProperties.PostponeReason), RecipientState.AtQueueRun));
            Close();
            return true;
        }

        if (!IsFrozen)
        {
            return false;
        }

        if (start == MessageStart.Everything)
        {
            _ledger.Record(Now, new MessageThawed(MessageThawed.ByDelivery));
            return false;
        }

        _deciding++;
        AskRules(rules => new FrozenRules(rules));
        return true;
    }

    /// <summary>The time has come at which a frozen message is looked at again.</summary>
    private void OnFrozenRules(FrozenRules message)
    {
        _deciding--;
        var (now, facts, rules) = (Now, _facts!, message.Rules);
        var frozenAt = _ledger.Recipients.Max(recipient => recipient.FrozenAt) ?? now;
        if (rules.TimeoutFrozenAfter > TimeSpan.Zero && now - facts.ReceivedAt >= rules.TimeoutFrozenAfter)
        {
            _cancelled = true;
            _ledger.Record(now, new MessageCancelled(MessageCancelled.ByTimeout));
            foreach (var recipient in _ledger.Recipients.Where(recipient => recipient.Status == RecipientStatus.Queued))
            {
                _failed[recipient.Index] = new DeliveryFailure { Class = FailureClass.Permanent, Reason = "delivery cancelled: the message was frozen for too long" };
            }
        }
        else if (rules.AutoThaw > TimeSpan.Zero && !facts.Envelope.Sender.IsNull && now - frozenAt >= rules.AutoThaw)
        {
            _ledger.Record(now, new MessageThawed(MessageThawed.ByAutoThaw));
            RouteWaiting();
        }
        else if (rules.TriesBounceAgainAt(facts, frozenAt) <= now)
        {
            _ledger.Record(now, new MessageThawed(MessageThawed.ByErrorTimer));
            RouteWaiting();
        }
        else
        {
            _freeze = new Freeze("still frozen", null, Tell: false); // the policy has changed since
        }

        Proceed();
    }

    private void OnFreeze(MessageProtocol.FreezeMessage message)
    {
        if (IsBusy)
        {
            Sender.Tell(new MessageProtocol.OperatorAnswer(false, "it is being delivered now; try again"));
            return;
        }

        var already = IsFrozen;
        _freeze = already ? null : new Freeze("", message.By, Tell: false);
        Sender.Tell(new MessageProtocol.OperatorAnswer(true, already ? "is already frozen" : "is now frozen"));
        Close();
    }

    private void OnThaw(MessageProtocol.ThawMessage message)
    {
        if (IsBusy)
        {
            Sender.Tell(new MessageProtocol.OperatorAnswer(false, "it is being delivered now; try again"));
            return;
        }

        if (!IsFrozen)
        {
            Sender.Tell(new MessageProtocol.OperatorAnswer(true, "is not frozen"));
            Close();
            return;
        }

        _ledger.Record(Now, new MessageThawed(message.By));
        Sender.Tell(new MessageProtocol.OperatorAnswer(true, "is no longer frozen"));
        RouteWaiting();
        Proceed();
    }

    private bool IsBusy => _closing is not null || _jobs.Count > 0 || _inRouting.Count > 0 || _deciding > 0;

    private void RouteWaiting()
    {
        _worked = true;
        foreach (var recipient in _ledger.Recipients.Where(recipient => recipient.Status == RecipientStatus.Queued).ToArray())
        {
            Route(recipient, DeliveryPass.Later);
        }
    }

    /// <summary>Recipients that will still wait when this round is over.</summary>
    private IEnumerable<RecipientState> Waiting() =>
        _ledger.Recipients.Where(recipient => recipient.Status == RecipientStatus.Queued && !_failed.ContainsKey(recipient.Index));

    /// <summary>Whether what waits is a matter for the policy: a message to be frozen, one that fails and has no sender, or recipients that have been put off.</summary>
    private bool MustAskRules => _freeze is not null || FailsWithoutSender || (_worked && !_facts!.Envelope.Sender.IsNull && Waiting().Any(static recipient => recipient.LastReason is not null));

    /// <summary>Something has failed of a message about which nobody can be told.</summary>
    private bool FailsWithoutSender => _failed.Count > 0 && !_cancelled && _facts!.Envelope.Sender.IsNull;

    private void OnWaitingRules(WaitingRules message)
    {
        var (now, facts, rules) = (Now, _facts!, message.Rules);
        if (FailsWithoutSender && now - facts.ReceivedAt < rules.IgnoreBounceErrorsAfter)
        {
            RecordFailures(kept: true);
            _failed.Clear();
            _freeze ??= new Freeze(MessageFrozen.DeliveryError, null, Tell: false);
        }

        ImmutableArray<RecipientState> waiting = [.. Waiting()];
        if (_freeze is { } freeze && !waiting.IsEmpty)
        {
            var since = waiting.Max(static recipient => recipient.IsFrozen ? recipient.FrozenAt : null) ?? now;
            _ledger.Record(now, new MessageFrozen(freeze.Reason, freeze.By, rules.LookAgainAt(facts, since)));
            Conclude(freeze.Tell ? new WaitingReport([.. Waiting()], null) : null);
            return;
        }

        var warned = waiting.Select(static recipient => recipient.Warnings ?? 0).DefaultIfEmpty(0).Max();
        var due = rules.WarningsDue(now - facts.ReceivedAt);
        Conclude(due > warned && rules.MayWarn
            ? new WaitingReport([.. waiting.Where(static recipient => recipient.LastReason is not null)], new DelayWarning(due, rules.IntervalOf(due)))
            : null);
    }

    private void AskRules(Func<WaitingRulesOfPolicy, object> known) => PortCall.Start(() => _services.Rules.OfAsync(_facts!, [.. Waiting()], _cancel.Token)).PipeTo(
        Self, Self, known, _ => known(WaitingRulesOfPolicy.Unknown));

    /// <param name="Reason">In the words of what led to it; empty when somebody wanted it.</param>
    /// <param name="By">Who wanted it.</param>
    private sealed record Freeze(string Reason, string? By, bool Tell);

    private sealed record FrozenRules(WaitingRulesOfPolicy Rules);

    private sealed record WaitingRules(WaitingRulesOfPolicy Rules);
}
