using Pipeline.Actors.Routing;
using Pipeline.Connectors.Ports;
using Pipeline.Messages.Journal;

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
        foreach (var group in _routed.OrderBy(routed => routed.Key).GroupBy(routed => routed.Value.GroupKey, StringComparer.Ordinal).ToArray())
        {
            var plan = group.First().Value;
            var number = _nextJob++;
            ImmutableArray<DeliveryRecipient> recipients = [.. group.Select(routed => AsDeliveryRecipient(routed.Key, routed.Value))];
            _jobs.Add(number, new RunningJob(recipients, plan.Transport.Name, Now));
            _delivery.Tell(new MessageProtocol.Deliver(number, plan.Destination, Job(number, plan, recipients)));
        }

        _routed.Clear();
    }

    private DeliveryRecipient AsDeliveryRecipient(int index, RoutingDecision.Deliver deliver) =>
        new(index, deliver.Address, _ledger[index].Notify, _ledger[index].OriginalRecipient);

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
            SmtpUtf8 = facts.Envelope.SmtpUtf8,
            RequireTls = facts.Envelope.RequireTls,
            Body = facts.Envelope.Body,
            Return = facts.Envelope.Return,
            EnvelopeId = facts.Envelope.EnvelopeId,
            AuthenticatedSender = facts.Envelope.AuthenticatedSender,
            ReceivedAt = facts.ReceivedAt,
            InDoubt = _resumed || recipients.Any(recipient => _inDoubt.Contains(recipient.Index)),
            BeforeFinalStep = PermissionFor(number, Self, _services.Limits.AttemptRecordTimeout),
            Facts = MessageProperties.SpoolFacts(facts.Properties),
        };
    }

    /// <summary>Asked from inside the delivery, off this actor's turn; silence is a refusal.</summary>
    private static Func<CancellationToken, ValueTask<bool>> PermissionFor(long number, IActorRef self, TimeSpan timeout) => async cancellationToken =>
    {
        try
        {
            var answer = await self.Ask<MessageProtocol.AttemptPermitted>(new MessageProtocol.BeginAttempt(number), timeout, cancellationToken);
            return answer.Granted;
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
            _ledger.Record(job.StartedAt, new AttemptStarted(recipient.Index, _ledger[recipient.Index].Attempts + 1, job.Transport, null));
        }
    }

    private void OnJobEnded(MessageProtocol.JobEnded message)
    {
        if (!_jobs.Remove(message.Number, out var job))
        {
            return;
        }

        RecordStart(job);
        bool? additional = null;
        foreach (var (index, outcome) in message.Report.Recipients)
        {
            switch (outcome)
            {
                case DeliveryOutcome.Delivered delivered:
                    _ledger.Record(Now, new RecipientDelivered(
                        index, job.Transport, delivered.Host, delivered.Ip?.ToString(), delivered.Reply?.ToString(), delivered.Detail, additional));
                    additional = true;
                    if (!delivered.PeerKnowsDsn && _ledger[index].Notify.HasFlag(Mail.Addressing.DsnNotify.Success))
                    {
                        _toldOfSuccess.Add(index);
                    }

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

        Proceed();
        Flush();
    }

    private sealed class RunningJob(ImmutableArray<DeliveryRecipient> recipients, string transport, DateTimeOffset startedAt)
    {
        public ImmutableArray<DeliveryRecipient> Recipients => recipients;

        public string Transport => transport;

        public DateTimeOffset StartedAt => startedAt;

        public bool Recorded { get; set; }
    }
}
