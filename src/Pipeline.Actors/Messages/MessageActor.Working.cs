using Pipeline.Actors.Delivery;
using Pipeline.Actors.Routing;
using Pipeline.Connectors.Ports;
using Pipeline.Faults;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Reply;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Messages;

internal sealed partial class MessageActor
{
    private readonly bool _resumed;
    private readonly Dictionary<int, DeliveryPass> _inRouting = [];
    private readonly Dictionary<int, RoutingDecision.Deliver> _routed = [];
    private readonly Dictionary<int, DeliveryFailure> _failed = [];
    private readonly Dictionary<int, PendingReply> _replies = [];
    private readonly List<int> _toldOfSuccess = [];
    private readonly HashSet<int> _lastHop = [];

    /// <summary>Somebody wants them to be tried now.</summary>
    private readonly HashSet<int> _forced = [];

    /// <summary>Messages to operators; a node that dies before the end of the round sends none, and the journal has what they would say.</summary>
    private readonly List<AutomaticReply> _notes = [];
    private readonly HashSet<int> _inDoubt = [];
    private int _deciding;

    private void Working()
    {
        Receive<BeginWork>(message => Work(message.Start));
        Receive<RecipientActor.Decided>(OnDecided);
        Receive<GatherTimeOver>(_ =>
        {
            Dispatch();
            Proceed();
        });
        Receive<RetryDecided>(OnRetryDecided);
        Receive<MessageProtocol.JobEnded>(OnJobEnded);
        Receive<MessageProtocol.BeginAttempt>(OnBeginAttempt);
        Receive<NotificationsReady>(OnNotificationsReady);
        Receive<UpdateEnded>(OnUpdateEnded);
        Receive<RepeatUpdate>(_ => SendUpdate());
        Receive<FrozenRules>(OnFrozenRules);
        Orders();
        Receive<WaitingRules>(OnWaitingRules);
        Receive<Verification.CheckActor.Finished>(_ => { }); // the notice of a check's end, behind its result
    }

    private void Work(MessageStart start)
    {
        if (Waits(start))
        {
            return;
        }

        var now = Now;
        _worked = true;
        if (_ledger.Recipients.Any(static recipient => recipient.AwaitsQueueRun))
        {
            // A message in whose hands something is due is in a queue run: what waits for one in it has waited long enough.
            _ledger.Record(now, new QueueRunReached());
        }

        foreach (var recipient in _ledger.Recipients.ToArray())
        {
            if (recipient.AttemptOpen)
            {
                _ledger.Record(now, new AttemptInDoubt(recipient.Index, recipient.Attempts, "the node stopped before the end of the attempt was recorded"));
                _inDoubt.Add(recipient.Index);
                Crash.At(CrashPoint.TakeoverDoubtsNoted);
            }

            if (recipient.Status == RecipientStatus.Queued && (start != MessageStart.WhatIsDue || recipient.DueAt <= now))
            {
                Route(recipient, start == MessageStart.Everything ? DeliveryPass.Forced : IsUntouched(recipient) ? DeliveryPass.First : DeliveryPass.Later);
            }
        }

        Proceed();
    }

    /// <summary>Nothing has been tried, and nothing put off.</summary>
    private static bool IsUntouched(RecipientState recipient) =>
        recipient is { Status: RecipientStatus.Queued, Attempts: 0, FirstFailedAt: null, PostponedAt: null, FrozenAt: null };

    private void Route(RecipientState recipient, DeliveryPass pass)
    {
        var ancestors = ImmutableArray.CreateBuilder<RecipientState>();
        for (var parent = recipient.Parent; parent >= 0; parent = _ledger[parent].Parent)
        {
            ancestors.Add(_ledger[parent]);
        }

        _inRouting.Add(recipient.Index, pass);
        Context.ActorOf(
            RecipientActor.CreateProps(new RecipientToRoute(_facts!, recipient, ancestors.ToImmutable(), pass), _services.Router),
            ActorNames.Recipient(recipient.Index));
        Crash.At(CrashPoint.RouteBegun);
    }

    private void OnDecided(RecipientActor.Decided message)
    {
        Crash.At(CrashPoint.RouteDecided);
        var index = message.Recipient;
        _inRouting.Remove(index, out var pass);
        if (pass == DeliveryPass.Forced)
        {
            _forced.Add(index);
        }

        var now = Now;
        foreach (var trial in message.Decision.Trials)
        {
            _ledger.Record(now, trial);
        }

        _notes.AddRange(message.Decision.Notes);
        switch (message.Decision)
        {
            case RoutingDecision.Deliver deliver:
                _routed.Add(index, deliver);
                break;
            case RoutingDecision.Redirect redirect when _ledger.NextIndex + redirect.Children.Length > _services.Limits.MaxRecipients:
                Defer(index, new DeliveryFailure
                {
                    Class = FailureClass.Local,
                    Reason = $"redirections make more than {_services.Limits.MaxRecipients} recipients of one message",
                });
                break;
            case RoutingDecision.Redirect redirect:
                var first = _ledger.NextIndex;
                var children = redirect.Children.Select((child, i) => new ChildRecipient(first + i, child.Address.ToString(), child.Inherited)).ToImmutableArray();
                _ledger.Record(now, new RecipientRedirected(index, redirect.Router, children));
                Crash.At(CrashPoint.RouteChildrenMade);
                foreach (var child in children)
                {
                    Route(_ledger[child.Index], pass);
                }

                break;
            case RoutingDecision.Postpone postpone:
                _ledger.Record(now, new RecipientPostponed(
                    index,
                    postpone.Reason,
                    postpone.Reason == RecipientPostponed.Held ? now + _services.Limits.HoldInterval : RecipientState.AtQueueRun,
                    postpone.Router,
                    postpone.Transport));
                break;
            case RoutingDecision.Fail fail:
                Crash.At(CrashPoint.RouteFailed);
                _failed[index] = new DeliveryFailure { Class = FailureClass.Permanent, Reason = fail.Reason };
                break;
            case RoutingDecision.Defer defer:
                Crash.At(CrashPoint.RouteDeferred);
                Defer(index, new DeliveryFailure { Class = FailureClass.Lookup, Reason = defer.Reason, Freezes = defer.Freezes });
                break;
        }

        Proceed();
    }

    /// <summary>Goes on with whatever can go on: deliveries when all are routed, the end when nothing is under way.</summary>
    private void Proceed()
    {
        if (_routed.Count > 0)
        {
            if (_inRouting.Count == 0)
            {
                Dispatch();
            }
            else
            {
                Timers.StartSingleTimer(GatherTimeOver.Instance, GatherTimeOver.Instance, _services.Limits.GatherTime);
            }
        }

        if (_inRouting.Count == 0 && _routed.Count == 0 && _jobs.Count == 0 && _deciding == 0)
        {
            Close();
        }
    }

    private void Defer(int index, DeliveryFailure failure)
    {
        var (now, recipient) = (Now, _ledger[index]);
        _deciding++;
        PortCall.Start(() => _services.Retry.DecideAsync(_facts!, recipient, failure, now, _cancel.Token)).PipeTo(
            Self,
            Self,
            time => new RetryDecided(index, failure, time),
            _ => new RetryDecided(index, failure, new RetryTime(now + _services.Limits.FailureBackoff)));
    }

    private void OnRetryDecided(RetryDecided message)
    {
        Crash.At(CrashPoint.RouteRetryDecided);
        _deciding--;
        var (index, failure, time) = message;
        if (failure.Freezes)
        {
            _freeze ??= new Freeze(failure.Internal ?? failure.Reason, null, Tell: true);
        }

        if (time.NextTry is { } next)
        {
            _ledger.Record(Now, new RecipientDeferred(
                index, failure.Class.ToString(), failure.Internal ?? failure.Reason, failure.Reply?.ToString(), failure.Host, next, failure.Ip?.ToString()));
        }
        else
        {
            _failed[index] = time.Reason is { } reason ? failure with { Reason = $"{failure.Reason}: {reason}" } : failure;
        }

        Proceed();
        Flush();
    }

    private sealed record RetryDecided(int Recipient, DeliveryFailure Failure, RetryTime Time);

    private sealed record GatherTimeOver
    {
        public static GatherTimeOver Instance { get; } = new();
    }
}
