using Pipeline.Actors.Verification;
using Pipeline.Faults;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Messages;

internal sealed partial class MessageActor
{
    private readonly Dictionary<string, RunningCheck> _checks = new(StringComparer.Ordinal);
    private MessageProtocol.Commit? _commit;
    private IActorRef _committer = ActorRefs.Nobody;

    private void Receiving()
    {
        Receive<MessageProtocol.Happened>(message => _ledger.Record(message.At, message.What));
        Receive<MessageProtocol.BeginCheck>(message => Begin(message.Plan));
        Receive<CheckActor.Finished>(OnCheckFinished);
        Receive<MessageProtocol.AwaitCheck>(message => Await(message.Check));
        Receive<MessageProtocol.GiveUpCheck>(message => GiveUp(message.Check));
        Receive<MessageProtocol.Commit>(message =>
        {
            _commit = message;
            _committer = Sender;
            CommitWhenChecked();
        });
        Receive<MessageProtocol.Abandon>(message =>
        {
            _ledger.Record(message.At, message.What);
            Crash.At(CrashPoint.AcceptRefused);

            // Not awaited: a refusal may be lost in a crash, mail may not.
            _ = _services.Store.RecordAsync(_id, _ledger.TakeChanges().Journal, CancellationToken.None).AsTask();
            EndInGoodOrder(nextDue: null);
        });
    }

    private void Begin(CheckPlan plan)
    {
        if (_checks.ContainsKey(plan.Check))
        {
            return;
        }

        var child = Context.ActorOf(CheckActor.CreateProps(plan, _services.Time), plan.Check);
        Context.WatchWith(child, new CheckActor.Finished(plan.Check, plan.Failed("the check stopped without a result"), TimeSpan.Zero));
        _checks.Add(plan.Check, new RunningCheck());
    }

    private void OnCheckFinished(CheckActor.Finished message)
    {
        if (!_checks.TryGetValue(message.Check, out var check) || check.Result is not null)
        {
            return; // it was given up; or this is the notice of the child's end, behind its result
        }

        check.Result = message.Result;
        _ledger.Record(Now, new CheckCompleted(
            message.Check, message.Result.Word, message.Result.Detail, message.Elapsed.TotalMilliseconds, message.Result.Domain));
        foreach (var waiting in check.Waiting)
        {
            waiting.Tell(message.Result);
        }

        check.Waiting.Clear();
        CommitWhenChecked();
    }

    private void GiveUp(string name)
    {
        if (_checks.TryGetValue(name, out var check) && check.Result is null && check.Waiting.Count == 0)
        {
            _checks.Remove(name);
            Context.Stop(Context.Child(name));
        }
    }

    private void Await(string name)
    {
        if (!_checks.TryGetValue(name, out var check))
        {
            Sender.Tell(new Status.Failure(new InvalidOperationException($"check {name} was not begun")));
        }
        else if (check.Result is { } result)
        {
            Sender.Tell(result);
        }
        else
        {
            check.Waiting.Add(Sender);
        }
    }

    /// <summary>The journal of an accepted message holds the result of every check that was begun; each has a deadline, so this waits for a bounded time.</summary>
    private void CommitWhenChecked()
    {
        if (_commit is null || _checks.Values.Any(check => check.Result is null))
        {
            return;
        }

        var message = _commit.Message;
        _ledger.Record(
            Now,
            new MessageAccepted(
                message.HeaderBlock.Length + 2 + message.Body.Length,
                message.Envelope.Recipients.Length,
                message.Envelope.AuthenticatedSender,
                _commit.Prdr ? true : null,
                _commit.Pretence?.ToString(),
                message.Envelope.RequireTls ? true : null,
                _commit.BodyBits,
                _commit.Pipelined,
                _commit.BeganEarly));
        var journal = _ledger.TakeChanges().Journal;
        Become(Committing);
        Crash.At(CrashPoint.AcceptCommitAsked);
        PortCall.Start(() => _services.Store.AcceptAsync(message with { Journal = journal, Release = !_services.Routes }, CancellationToken.None)).PipeTo(
            Self, Self, outcome => new AcceptEnded(outcome, null), error => new AcceptEnded(WriteOutcome.Unavailable, error.Message));
    }

    private void Committing() => Receive<AcceptEnded>(message =>
    {
        if (message.Outcome != WriteOutcome.Durable)
        {
            _commit = null;
            _committer.Tell(new MessageProtocol.NotCommitted(message.Reason ?? "the store cannot write now"));
            EndInGoodOrder(nextDue: null);
            return;
        }

        Crash.At(CrashPoint.AcceptCommitHeard);
        TakeOver(_commit!.Message);
        _commit = null;
        _committer.Tell(MessageProtocol.Committed.Instance);
        Crash.At(CrashPoint.AcceptSessionTold);
        if (!_services.Routes)
        {
            EndInGoodOrder(nextDue: null); // it was accepted for another node
            return;
        }

        Become(Working);
        if (_services.Gauge.TryEnter())
        {
            _entered = true;
            Work(MessageStart.Arrival);
        }
        else
        {
            Close(); // enough is under way: it is claimed when there is room
        }
    });

    private sealed class RunningCheck
    {
        public CheckResult? Result { get; set; }

        public List<IActorRef> Waiting { get; } = [];
    }

    private sealed record AcceptEnded(WriteOutcome Outcome, string? Reason);
}
