using Pipeline.Actors.Messages;
using Pipeline.Connectors.Ports;
using Pipeline.Faults;

namespace Pipeline.Actors.Delivery;

/// <summary>Runs deliveries: as many at a time as the limits allow, fairly over destinations.</summary>
/// <remarks>
/// Messages in: <see cref="MessageProtocol.Deliver"/> from messages, the ends of its own tasks. Out: <see cref="MessageProtocol.JobEnded"/> to whoever asked.
/// An agent that throws is reported as deferred for every recipient; nothing is lost on restart, since messages that hear nothing are claimed again.
/// </remarks>
internal sealed class DeliveryActor : ReceiveActor, IInspectable
{
    private readonly IDeliveryAgent _agent;
    private readonly DeliverySchedule<Waiting> _schedule;
    private readonly CancellationTokenSource _cancel = new();

    public DeliveryActor(IDeliveryAgent agent, DeliveryLimits limits)
    {
        _agent = agent;
        _schedule = new DeliverySchedule<Waiting>(limits.PerDestination, limits.Overall);
        Receive<MessageProtocol.Deliver>(message =>
        {
            _schedule.Enqueue(message.Destination, new Waiting(message, Sender), message.Limits);
            RunWhatMayRun();
        });
        Receive<Ended>(message =>
        {
            _schedule.Release(message.Request.Destination, message.Request.Limits);
            message.ReplyTo.Tell(new MessageProtocol.JobEnded(message.Request.Number, message.Report));
            RunWhatMayRun();
        });
    }

    public static Props CreateProps(IDeliveryAgent agent, DeliveryLimits limits) => Props.Create(() => new DeliveryActor(agent, limits));

    public string Describe() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{_schedule.Running} deliveries under way, {_schedule.Waiting} wait for their turn");

    protected override void PostStop() => _cancel.Cancel();

    private void RunWhatMayRun()
    {
        while (_schedule.TryTake(out var next))
        {
            var (request, replyTo) = next;
            // Off this actor's turn: what an agent does before its first wait is work for the pool, not for the one who hands out work.
            Task.Run(() => RunAsync(request.Job)).PipeTo(
                Self,
                Self,
                report => new Ended(request, replyTo, report),
                error => new Ended(request, replyTo, DeliveryReport.ForAll(request.Job.Recipients, InternalError(error))));
        }
    }

    private Task<DeliveryReport> RunAsync(DeliveryJob job)
    {
        Crash.At(CrashPoint.DeliverBegun);
        return _agent.DeliverAsync(job, _cancel.Token).AsTask();
    }

    private static DeliveryOutcome.Deferred InternalError(Exception error) =>
        new(new DeliveryFailure { Class = FailureClass.Local, Reason = "internal error during delivery", Internal = error.ToString() });

    private sealed record Waiting(MessageProtocol.Deliver Request, IActorRef ReplyTo);

    private sealed record Ended(MessageProtocol.Deliver Request, IActorRef ReplyTo, DeliveryReport Report);
}

/// <summary>How many deliveries run at the same time.</summary>
public sealed record DeliveryLimits
{
    public int PerDestination { get; init; } = 20;

    public int Overall { get; init; } = 500;
}
