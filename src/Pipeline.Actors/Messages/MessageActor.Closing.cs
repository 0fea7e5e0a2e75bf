using Pipeline.Actors.Reporting;
using Pipeline.Connectors.Ports;
using Pipeline.Faults;
using Pipeline.Mail.Reply;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Messages;

internal sealed partial class MessageActor
{
    private readonly List<IActorRef> _attemptsToPermit = [];
    private List<IActorRef> _permitWithUpdate = [];
    private ImmutableArray<NewMessage> _notifications = [];
    private MessageUpdate? _update;
    private UpdateClosing? _closing;
    private bool _lastUpdateReady;
    private TimeSpan _storeRetry;

    /// <summary>Nothing is under way any more: tell the sender of what failed, then write the last commit of this round.</summary>
    /// <remarks>
    /// A permanent failure is recorded together with its notification, and a reply with the delivery that it is, never before it: a node that dies in between tries the recipient again and
    /// finds the failure again, instead of leaving a sender who is never told.
    /// </remarks>
    private void Close()
    {
        if (_closing is not null)
        {
            return;
        }

        _closing = UpdateClosing.Release; // no way back to work from here
        if (MustAskRules)
        {
            _askingRules = true;
            AskRules(rules => new WaitingRules(rules));
        }
        else
        {
            Conclude(null);
        }
    }

    private void Conclude(WaitingReport? report)
    {
        _askingRules = false;
        if (_failed.Count == 0 && _toldOfSuccess.Count == 0 && _replies.Count == 0 && _notes.Count == 0 && report is null)
        {
            LastUpdate();
            return;
        }

        Crash.At(CrashPoint.DeliverNotificationNeeded);
        ImmutableArray<EndedRecipient> ended =
        [
            .. _failed.SelectMany(failed => _ledger.Behind(failed.Key).Select(duplicate => duplicate.Index).Prepend(failed.Key)
                .Select(index => new EndedRecipient(_ledger[index], failed.Value, Origin(index)))),
            .. _toldOfSuccess.Select(index => new EndedRecipient(_ledger[index], null, Origin(index))
            {
                Relay = _lastHop.Contains(index) ? Mail.Dsn.RelayKind.LastHop : Mail.Dsn.RelayKind.NonDsnMailer,
            }),
        ];
        ImmutableArray<AutomaticReply> replies = [.. _replies.Values.Select(pending => pending.Reply), .. _notes];
        PortCall.Start(() => WriteAsync(_services.Notifications, _facts!, ended, replies, report, _cancel.Token)).PipeTo(
            Self, Self, ready => new NotificationsReady(ready, null), error => new NotificationsReady([], error.Message));
    }

    private static async ValueTask<ImmutableArray<ReadyNotification>> WriteAsync(
        INotificationWriter writer, MessageFacts facts, ImmutableArray<EndedRecipient> ended, ImmutableArray<AutomaticReply> replies, WaitingReport? report,
        CancellationToken cancellationToken)
    {
        var ready = ended.IsEmpty ? [] : await writer.WriteAsync(facts, ended, cancellationToken);
        foreach (var reply in replies)
        {
            ready = ready.Add(await writer.WriteReplyAsync(facts, reply, cancellationToken));
        }

        return report is null ? ready : ready.AddRange(await writer.WriteAsync(facts, report, cancellationToken));
    }

    private Mail.Addressing.EnvelopeAddress? Origin(int index)
    {
        var recipient = _ledger[index];
        if (recipient.Parent < 0)
        {
            return null;
        }

        while (recipient.Parent >= 0)
        {
            recipient = _ledger[recipient.Parent];
        }

        return recipient.Address;
    }

    private void OnNotificationsReady(NotificationsReady message)
    {
        if (message.Error is { } error)
        {
            // Composing failed (disk full): keep the failures out of the journal, so that the next round meets them again and tells the sender then.
            var next = Now + _services.Limits.FailureBackoff;
            foreach (var index in _replies.Keys)
            {
                _ledger.Record(Now, new RecipientDeferred(index, nameof(FailureClass.Local), $"no reply could be written: {error}", null, null, next));
            }

            foreach (var (index, failure) in _failed)
            {
                _ledger.Record(Now, new RecipientDeferred(
                    index, failure.Class.ToString(), $"{failure.Reason} (no notification could be written: {error})", failure.Reply?.ToString(), failure.Host, next, failure.Ip?.ToString()));
            }

            LastUpdate();
            return;
        }

        Crash.At(CrashPoint.DeliverNotificationComposed);
        RecordFailures(kept: false);
        foreach (var (index, pending) in _replies)
        {
            _ledger.Record(Now, new RecipientDelivered(index, pending.Transport, null, null, null, pending.Detail, Shadow: pending.Shadow));
        }

        foreach (var notification in message.Ready)
        {
            _ledger.Record(Now, new NotificationSent(notification.Kind, notification.Message.Id.ToString(), notification.To, notification.Warnings));
        }

        _notifications = [.. message.Ready.Select(ready => ready.Message with { Release = !_services.Routes })];
        LastUpdate();
    }

    /// <param name="kept">The recipients stay in the queue.</param>
    private void RecordFailures(bool kept)
    {
        foreach (var (index, failure) in _failed)
        {
            _ledger.Record(Now, new RecipientFailed(
                index,
                failure.Internal ?? failure.Reason,
                failure.Reply?.ToString(),
                failure.Host,
                failure.Ip?.ToString(),
                failure.Port,
                failure.Greeting,
                failure.HeloResponse,
                kept ? true : null));
        }

        if (!kept && _facts!.Envelope.Sender.IsNull)
        {
            foreach (var index in _failed.Keys)
            {
                _ledger.Record(Now, new FailureIgnored(index));
            }
        }
    }

    private void LastUpdate()
    {
        if (_ledger.IsComplete)
        {
            _closing = UpdateClosing.Complete;
            _ledger.Record(Now, new MessageCompleted());
        }

        _lastUpdateReady = true;
        Flush();
    }

    /// <summary>Writes what is not durable yet. One update is under way at a time; what happens meanwhile goes into the next.</summary>
    private void Flush()
    {
        if (_update is not null || _askingRules)
        {
            return;
        }

        if (!_ledger.HasChanges && !IsLast)
        {
            // A delivery that asks again, for its shadow transport, waits for nothing: that it began is durable.
            Permit(_attemptsToPermit, granted: true);
            return;
        }

        var changes = _ledger.TakeChanges();
        _update = new MessageUpdate
        {
            Id = _id,
            Owner = _services.Owner,
            Journal = changes.Journal,
            Recipients = changes.Recipients,
            Notifications = IsLast ? _notifications : [],
            Closing = IsLast ? _closing!.Value : UpdateClosing.KeepClaim,
        };
        (_permitWithUpdate, _storeRetry) = ([.. _attemptsToPermit], _services.Limits.StoreRetry);
        _attemptsToPermit.Clear();
        SendUpdate();
    }

    /// <summary>Whether the next update ends the round: closing has begun and every notification is written.</summary>
    private bool IsLast => _lastUpdateReady;

    private void SendUpdate()
    {
        var update = _update!;
        PortCall.Start(() => _services.Store.UpdateAsync(update, CancellationToken.None)).PipeTo(
            Self, Self, outcome => new UpdateEnded(outcome), _ => new UpdateEnded(WriteOutcome.Unavailable));
    }

    private void OnUpdateEnded(UpdateEnded message)
    {
        switch (message.Outcome)
        {
            case WriteOutcome.Durable:
                var closing = _update!.Closing;
                _update = null;
                if (Crash.IsOrdered)
                {
                    Crash.At(Heard(closing));
                }

                Permit(_permitWithUpdate, granted: true);
                if (closing == UpdateClosing.KeepClaim)
                {
                    Flush();
                }
                else
                {
                    foreach (var notification in _services.Routes ? _notifications : [])
                    {
                        Context.Parent.Tell(new MessageProtocol.Deliverable(notification));
                        Crash.At(CrashPoint.DeliverNotificationHandedOn);
                    }

                    EndInGoodOrder(NextDue(closing));
                }

                break;
            case WriteOutcome.Fenced:
                EndInGoodOrder(nextDue: null); // somebody else has the message; PostStop refuses what is still open
                break;
            default:
                Timers.StartSingleTimer(RepeatUpdate.Instance, RepeatUpdate.Instance, _storeRetry);
                _storeRetry = _storeRetry * 2 < _services.Limits.StoreRetryMax ? _storeRetry * 2 : _services.Limits.StoreRetryMax;
                break;
        }
    }

    private CrashPoint Heard(UpdateClosing closing) => closing switch
    {
        UpdateClosing.Complete => CrashPoint.DeliverCompletionHeard,
        UpdateClosing.Release => CrashPoint.RouteReleaseHeard,
        _ => _permitWithUpdate.Count > 0 ? CrashPoint.DeliverAttemptRecorded : CrashPoint.DeliverOutcomeRecorded,
    };

    private DateTimeOffset? NextDue(UpdateClosing closing) =>
        closing == UpdateClosing.Complete ? null
        : _ledger.Recipients.Where(recipient => recipient.Status == RecipientStatus.Queued).Min(recipient => (DateTimeOffset?)recipient.DueAt);

    private void RefuseOpenAttempts()
    {
        Permit(_permitWithUpdate, granted: false);
        Permit(_attemptsToPermit, granted: false);
    }

    private static void Permit(List<IActorRef> waiting, bool granted)
    {
        foreach (var delivery in waiting)
        {
            delivery.Tell(new MessageProtocol.AttemptPermitted(granted), ActorRefs.NoSender);
        }

        waiting.Clear();
    }

    /// <summary>A delivery that is a reply, which is recorded together with it.</summary>
    private sealed record PendingReply(AutomaticReply Reply, string Transport, string Detail, string? Shadow);

    private sealed record NotificationsReady(ImmutableArray<ReadyNotification> Ready, string? Error);

    private sealed record UpdateEnded(WriteOutcome Outcome);

    private sealed record RepeatUpdate
    {
        public static RepeatUpdate Instance { get; } = new();
    }
}
