using Pipeline.Actors.Routing;
using Pipeline.Connectors.Ports;
using Pipeline.Faults;
using Pipeline.Mail.Addressing;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Messages;

internal sealed partial class MessageActor
{
    private readonly Dictionary<long, RunningJob> _jobs = [];
    private long _nextJob;

    /// <summary>Gives every routed recipient to the delivery actor, those that can share an attempt together.</summary>
    private void Dispatch()
    {
        if (_routed.Count == 0)
        {
            return;
        }

        Timers.Cancel(GatherTimeOver.Instance);
        SetDuplicatesAside();
        Crash.At(CrashPoint.RoutePlanned);
        if (!_services.Delivers)
        {
            Crash.At(CrashPoint.RouteLeftToOthers);
            _routed.Clear(); // a deliverer finds each recipient's destination in the queue
            return;
        }

        foreach (var group in _routed.OrderBy(routed => routed.Value.Order).ThenBy(routed => routed.Key).GroupBy(routed => routed.Value.GroupKey, StringComparer.Ordinal)
            .SelectMany(group => group.Chunk(group.First().Value.Transport.BatchMax)).ToArray())
        {
            var plan = group[0].Value;
            var number = _nextJob++;
            ImmutableArray<DeliveryRecipient> recipients = [.. group.Select(routed => AsDeliveryRecipient(routed.Key, routed.Value))];
            _jobs.Add(number, new RunningJob(recipients, plan.Transport.Name, Now, plan.Destination, [.. recipients.SelectMany(recipient => _ledger.Behind(recipient.Index)).Select(recipient => recipient.Index)]) { DsnLastHop = plan.DsnLastHop, ReturnPath = plan.ReturnPath == _facts!.Envelope.Sender ? null : plan.ReturnPath.ToString() });
            _delivery.Tell(new MessageProtocol.Deliver(number, plan.Destination, Job(number, plan, recipients)) { Limits = plan.Limits });
            Crash.At(CrashPoint.DeliverJobHandedOn);
        }

        _routed.Clear();
    }

    /// <summary>Recipients that lead to the same delivery make one attempt; the others end here and hear of its end.</summary>
    private void SetDuplicatesAside()
    {
        var now = Now;
        var alone = _ledger.Recipients.Count == 1;
        var duplicates = DuplicateRecipients.Find(_ledger.Recipients, _routed, _failed.ContainsKey);
        foreach (var (index, deliver) in _routed.OrderBy(routed => routed.Key).ToArray())
        {
            if (!duplicates.TryGetValue(index, out var holder))
            {
                _ledger.Record(now, new RecipientRouted(
                    index, deliver.Router, deliver.Transport.Name, [.. deliver.Hosts.Select(host => host.Name)], alone ? null : deliver.Place, _services.Lease is null ? null : deliver.Destination));
                continue;
            }

            _routed.Remove(index);
            _ledger.Record(now, new RecipientDuplicated(index, holder, deliver.Transport.Name));
            if (_ledger[holder].Status == RecipientStatus.Delivered)
            {
                TellOfSuccess(index);
            }
        }
    }

    private void TellOfSuccess(int index)
    {
        if (_ledger[index].Notify.HasFlag(DsnNotify.Success))
        {
            _toldOfSuccess.Add(index);
        }
    }

    private DeliveryRecipient AsDeliveryRecipient(int index, RoutingDecision.Deliver deliver) => new(
        index,
        deliver.Address,
        deliver.DsnLastHop ? DsnNotify.None : DuplicateRecipients.Together([_ledger[index].Notify, .. _ledger.Behind(index).Select(duplicate => duplicate.Notify)]),
        deliver.DsnLastHop ? null : _ledger[index].OriginalRecipient)
    {
        EnvelopeAddress = _ledger[index].Parent < 0 ? null : Root(_ledger[index]).Address,
    };

    private RecipientState Root(RecipientState recipient)
    {
        while (recipient.Parent >= 0)
        {
            recipient = _ledger[recipient.Parent];
        }

        return recipient;
    }

    private DeliveryJob Job(long number, RoutingDecision.Deliver plan, ImmutableArray<DeliveryRecipient> recipients)
    {
        var facts = _facts!;
        return new DeliveryJob
        {
            MessageId = facts.Id,
            Content = facts.Content,
            ReturnPath = plan.ReturnPath,
            Sender = facts.Envelope.Sender,
            Recipients = recipients,
            Transport = plan.Transport,
            Hosts = plan.Hosts,
            FallbackHosts = plan.FallbackHosts,
            SmtpUtf8 = facts.Envelope.SmtpUtf8,
            RequireTls = facts.Envelope.RequireTls,
            Body = facts.Envelope.Body,
            Return = plan.DsnLastHop ? DsnReturn.Unspecified : facts.Envelope.Return,
            EnvelopeId = plan.DsnLastHop ? null : facts.Envelope.EnvelopeId,
            AuthenticatedSender = facts.Envelope.AuthenticatedSender,
            ReceivedAt = facts.ReceivedAt,
            InDoubt = _resumed || recipients.Any(recipient => _inDoubt.Contains(recipient.Index)),
            BeforeFinalStep = PermissionFor(number, Self, _services),
            Facts = MessageProperties.SpoolFacts(facts.Properties),
            HostTimes = plan.Transport is SmtpTransportSettings smtp
                ? _services.Hosts?.For(facts, recipients[0].Address.Domain, smtp.RetryIncludeIpAddress, recipients.Any(recipient => _forced.Contains(recipient.Index)))
                : null,
        };
    }

    /// <summary>Asked from inside the delivery, off this actor's turn; silence is a refusal. The lease is looked at last, immediately before the step.</summary>
    private static Func<CancellationToken, ValueTask<bool>> PermissionFor(long number, IActorRef self, MessageServices services) => async cancellationToken =>
    {
        try
        {
            var answer = await self.Ask<MessageProtocol.AttemptPermitted>(new MessageProtocol.BeginAttempt(number), services.Limits.AttemptRecordTimeout, cancellationToken);
            var granted = answer.Granted && services.Lease?.MayFinish is not false;
            Crash.At(CrashPoint.DeliverAttemptPermitted);
            return granted;
        }
        catch (Exception error) when (error is AskTimeoutException or OperationCanceledException)
        {
            return false;
        }
    };

    private void OnBeginAttempt(MessageProtocol.BeginAttempt message)
    {
        if (!_jobs.TryGetValue(message.Number, out var job))
        {
            Sender.Tell(new MessageProtocol.AttemptPermitted(false));
            return;
        }

        RecordStart(job);
        Crash.At(CrashPoint.DeliverAttemptAsked);
        _attemptsToPermit.Add(Sender);
        Flush();
    }

    private void RecordStart(RunningJob job)
    {
        if (job.Recorded)
        {
            return;
        }

        job.Recorded = true;
        foreach (var recipient in job.Recipients)
        {
            _ledger.Record(job.StartedAt, new AttemptStarted(recipient.Index, _ledger[recipient.Index].Attempts + 1, job.Transport, null, job.ReturnPath));
        }
    }

    private void OnJobEnded(MessageProtocol.JobEnded message)
    {
        if (!_jobs.Remove(message.Number, out var job))
        {
            return;
        }

        Crash.At(CrashPoint.DeliverReported);
        _services.Recent.Used(job.Destination);
        if (!WasPassedOver(message.Report))
        {
            RecordStart(job);
        }

        bool? additional = null;
        foreach (var report in message.Report.Recipients)
        {
            var (index, outcome, output) = report;
            if (output is not null)
            {
                _ledger.Record(Now, new ProgramOutput(index, job.Transport, output));
            }

            switch (outcome)
            {
                case DeliveryOutcome.Delivered delivered when report.Reply is { } reply:
                    _replies[index] = new PendingReply(reply, job.Transport, delivered.Detail, report.Shadow);
                    OnDelivered(index, delivered, job);
                    break;
                case DeliveryOutcome.Delivered delivered:
                    _ledger.Record(Now, new RecipientDelivered(
                        index, job.Transport, delivered.Host, delivered.Ip?.ToString(), delivered.Reply?.ToString(), delivered.Detail, additional,
                        delivered.Port == 0 ? null : delivered.Port, report.Shadow, report.IsPretended ? true : null));
                    additional = true;
                    OnDelivered(index, delivered, job);
                    break;
                case DeliveryOutcome.Deferred deferred:
                    if (deferred.Failure.Class == FailureClass.InDoubt)
                    {
                        _ledger.Record(Now, new AttemptInDoubt(index, _ledger[index].Attempts, deferred.Failure.Reason));
                    }

                    Defer(index, deferred.Failure);
                    break;
                case DeliveryOutcome.Failed failed:
                    _failed[index] = failed.Failure;
                    break;
            }
        }

        Crash.At(CrashPoint.DeliverOutcomeNoted);
        Proceed();
        Flush();
    }

    /// <summary>No host was tried: the attempt does not count as one.</summary>
    private static bool WasPassedOver(DeliveryReport report) =>
        report.Recipients.All(static recipient => recipient.Outcome is DeliveryOutcome.Deferred { Failure.Class: FailureClass.HostRetryTimeNotReached });

    /// <summary>A peer that knows DSN answers for the recipient and for the duplicates it was told of; we answer for everybody else.</summary>
    private void OnDelivered(int index, DeliveryOutcome.Delivered delivered, RunningJob job)
    {
        var answersForIt = delivered.PeerKnowsDsn && !job.DsnLastHop;
        if (job.DsnLastHop)
        {
            _lastHop.Add(index);
            _lastHop.UnionWith(_ledger.Behind(index).Select(static duplicate => duplicate.Index));
        }

        if (!answersForIt)
        {
            TellOfSuccess(index);
        }

        foreach (var duplicate in _ledger.Behind(index))
        {
            if (!answersForIt || !job.Duplicates.Contains(duplicate.Index))
            {
                TellOfSuccess(duplicate.Index);
            }
        }
    }

    private sealed class RunningJob(
        ImmutableArray<DeliveryRecipient> recipients, string transport, DateTimeOffset startedAt, string destination, ImmutableHashSet<int> duplicates)
    {
        public string Destination => destination;

        public bool DsnLastHop { get; init; }

        /// <summary>When it is not the sender of the message; else null.</summary>
        public string? ReturnPath { get; init; }

        /// <summary>Duplicates that the attempt stands for, known when it began.</summary>
        public ImmutableHashSet<int> Duplicates => duplicates;

        public ImmutableArray<DeliveryRecipient> Recipients => recipients;

        public string Transport => transport;

        public DateTimeOffset StartedAt => startedAt;

        public bool Recorded { get; set; }
    }
}
