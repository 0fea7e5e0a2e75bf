using System.Globalization;
using Pipeline.Actors.Messages;
using Pipeline.Node.Admin;
using Pipeline.Policy.Expansion;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Hosting;

/// <summary>The queue runs of a node: those that are ordered, and one at each interval when it was started with one (<c>-q30m</c>).</summary>
/// <remarks>
/// A run makes due what waits for it, on every node of the store; messages that have been tried have times of their own
/// (<see href="../../../docs/adr/0014-queue-runs.md">ADR 14</see>). A load above <c>deliver_queue_load_max</c> has it put off, unless it is forced.
/// </remarks>
internal sealed class QueueRuns : IAsyncDisposable
{
    /// <summary>Of a longer queue, only the oldest messages are looked at for frozen ones.</summary>
    private const int MaxListed = 10_000;

    private static readonly TimeSpan OrderTimeout = TimeSpan.FromSeconds(20);

    private readonly NodeContext _node;
    private readonly IActorRef _messages;
    private readonly Func<long?> _load;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private QueueRuns(NodeContext node, IActorRef messages, Func<long?> load)
    {
        (_node, _messages, _load) = (node, messages, load);
        _running = node.Options.QueueInterval is { } interval ? RepeatAsync(interval, node.Options.QueueName, _stop.Token) : Task.CompletedTask;
    }

    /// <param name="messages">The supervisor of messages.</param>
    /// <param name="load">The load of the machine in thousandths; null where it is not known.</param>
    public static QueueRuns Start(NodeContext node, IActorRef messages, Func<long?> load) => new(node, messages, load);

    /// <param name="queue">The named queue; empty for the default one.</param>
    /// <param name="force">Whether the load is not looked at.</param>
    public async Task<OrderResult> RunAsync(string queue, bool force, CancellationToken cancellationToken)
    {
        var run = string.Create(
            CultureInfo.InvariantCulture, $"{(queue.Length == 0 ? "" : $"'{queue}' ")}queue run: pid={Environment.ProcessId}{(force ? " -qf" : "")}");
        var options = _node.Policies.Current.Policy.MainOptions;
        Log(options.LogSelector.Has("queue_run"), $"Start {run}");
        if (!force && options.DeliverQueueLoadMax is { } max && _load() is { } load && load > max)
        {
            Log(true, $"Abandon {run} (load {SystemLoad.Text(load)}, max {SystemLoad.Text(max)})");
            return new OrderResult(false, $"no queue run: the load is {SystemLoad.Text(load)}, and deliver_queue_load_max {SystemLoad.Text(max)}");
        }

        if (options.LogSelector.Has("skip_delivery"))
        {
            await LogFrozenAsync(queue, cancellationToken);
        }

        var answer = await _messages.Ask<MessageProtocol.OperatorAnswer>(new MessageProtocol.RunQueue(queue), OrderTimeout, cancellationToken);
        Log(options.LogSelector.Has("queue_run"), $"End {run}");
        return new OrderResult(answer.Done, answer.Text);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    /// <summary>A run passes frozen messages over, and the log says so of each.</summary>
    private async Task LogFrozenAsync(string queue, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var message in await _node.Store.Messages.ListAsync(new QueueQuery(MaxListed, Queue: queue), cancellationToken))
            {
                Log(message.Recipients.Any(static recipient => recipient is { Status: RecipientStatus.Queued, IsFrozen: true }), $"{message.Id} Message is frozen");
            }
        }
        catch (IOException)
        {
            // The store is away; the run itself says so.
        }
    }

    private async Task RepeatAsync(TimeSpan interval, string queue, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, _node.Options.Time);
        try
        {
            do
            {
                try
                {
                    await RunAsync(queue, force: false, cancellationToken);
                }
                catch (AskTimeoutException)
                {
                    Log(true, "queue run: the node did not answer in time");
                }
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    private void Log(bool wanted, string line)
    {
        if (wanted)
        {
            _node.PolicyLog.Write(PolicyLogTarget.Main, line);
        }
    }
}
