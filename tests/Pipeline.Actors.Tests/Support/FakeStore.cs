using System.Collections.Concurrent;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Tests.Support;

/// <summary>A store that answers what a test tells it to and remembers what it was told.</summary>
internal sealed class FakeStore : IMessageStore
{
    private readonly ConcurrentQueue<WriteOutcome> _outcomes = new();

    public ConcurrentQueue<NewMessage> Accepted { get; } = new();

    public ConcurrentQueue<MessageUpdate> Updates { get; } = new();

    public ConcurrentQueue<(MessageId Id, ImmutableArray<JournalEntry> Journal)> Recorded { get; } = new();

    public ConcurrentQueue<StoredMessage> Due { get; } = new();

    public Dictionary<MessageId, StoredMessage> Queued { get; } = [];

    public DateTimeOffset? NextDue { get; set; }

    /// <summary>Writes wait here when set.</summary>
    public TaskCompletionSource? Gate { get; set; }

    /// <summary>Answers updates when set, instead of <see cref="Answer"/>.</summary>
    public Func<MessageUpdate, Task<WriteOutcome>>? UpdateWith { get; set; }

    /// <summary>Outcomes of the next writes, in order; then everything is durable.</summary>
    public void Answer(params ReadOnlySpan<WriteOutcome> outcomes)
    {
        foreach (var outcome in outcomes)
        {
            _outcomes.Enqueue(outcome);
        }
    }

    public event Action<QueueStage>? WorkAvailable;

    public ConcurrentQueue<ClaimScope> Claims { get; } = new();

    public void TellOfWork(QueueStage stage) => WorkAvailable?.Invoke(stage);

    public IBodyWriter CreateBody(MessageId id) => new FakeBody();

    public ValueTask<WriteOutcome> AcceptAsync(NewMessage message, CancellationToken cancellationToken)
    {
        Accepted.Enqueue(message);
        return OutcomeAsync();
    }

    public ValueTask<WriteOutcome> RecordAsync(MessageId id, ImmutableArray<JournalEntry> entries, CancellationToken cancellationToken)
    {
        Recorded.Enqueue((id, entries));
        return ValueTask.FromResult(WriteOutcome.Durable);
    }

    public ValueTask<WriteOutcome> UpdateAsync(MessageUpdate update, CancellationToken cancellationToken)
    {
        Updates.Enqueue(update);
        return UpdateWith is { } answer ? new ValueTask<WriteOutcome>(answer(update)) : OutcomeAsync();
    }

    public ValueTask<ImmutableArray<StoredMessage>> ClaimDueAsync(
        Ownership owner, DateTimeOffset now, int limit, ClaimScope scope, CancellationToken cancellationToken)
    {
        Claims.Enqueue(scope);
        var claimed = ImmutableArray.CreateBuilder<StoredMessage>();
        while (claimed.Count < limit && Due.TryDequeue(out var message))
        {
            claimed.Add(message);
        }

        return ValueTask.FromResult(claimed.ToImmutable());
    }

    public ValueTask<StoredMessage?> ClaimAsync(Ownership owner, MessageId id, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Queued.GetValueOrDefault(id));

    /// <summary>The queues of which a run was ordered, in order.</summary>
    public ConcurrentQueue<string> QueueRuns { get; } = new();

    /// <summary>Thrown by queue runs.</summary>
    public Exception? WhyNoQueueRun { get; set; }

    public ValueTask<int?> RunQueueAsync(string queue, CancellationToken cancellationToken)
    {
        QueueRuns.Enqueue(queue);
        return WhyNoQueueRun is { } why ? throw why : ValueTask.FromResult<int?>(0);
    }

    public ValueTask<DateTimeOffset?> NextDueAsync(ClaimScope scope, CancellationToken cancellationToken) => ValueTask.FromResult(NextDue);

    public ValueTask<RecoveryReport> RecoverAsync(Ownership owner, CancellationToken cancellationToken) => ValueTask.FromResult(new RecoveryReport(0, 0, 0));

    public ValueTask<ImmutableArray<QueuedMessage>> ListAsync(QueueQuery query, CancellationToken cancellationToken) =>
        ValueTask.FromResult(ImmutableArray<QueuedMessage>.Empty);

    public ValueTask<StoredMessage?> ReadAsync(MessageId id, CancellationToken cancellationToken) => ValueTask.FromResult(Queued.GetValueOrDefault(id));

    public ValueTask<ImmutableArray<JournalEntry>> ReadJournalAsync(MessageId id, CancellationToken cancellationToken) =>
        ValueTask.FromResult(ImmutableArray<JournalEntry>.Empty);

    public ValueTask<ImmutableArray<MessageId>> FindAsync(JournalQuery query, CancellationToken cancellationToken) =>
        ValueTask.FromResult(ImmutableArray<MessageId>.Empty);

    public ValueTask<StoreCounts> CountAsync(CancellationToken cancellationToken) => ValueTask.FromResult(new StoreCounts(0, 0, 0));

    public ValueTask<WriteOutcome> PutHintAsync(string key, byte[]? value, CancellationToken cancellationToken)
    {
        if (WhyNoHints is { } why)
        {
            throw why;
        }

        _ = value is null ? Hints.TryRemove(key, out _) : (Hints[key] = value) is not null;
        return ValueTask.FromResult(WriteOutcome.Durable);
    }

    public async ValueTask<WriteOutcome> ChangeHintAsync(string key, Func<byte[]?, byte[]?> change, CancellationToken cancellationToken)
    {
        var value = change(await GetHintAsync(key, cancellationToken));
        return HintOutcome == WriteOutcome.Durable ? await PutHintAsync(key, value, cancellationToken) : HintOutcome;
    }

    public async ValueTask<byte[]?> GetHintAsync(string key, CancellationToken cancellationToken)
    {
        if (HintGate is { } gate)
        {
            await gate.Task;
        }

        return WhyNoHints is { } why ? throw why : Hints.GetValueOrDefault(key);
    }

    public ValueTask<ImmutableArray<Hint>> ListHintsAsync(string after, int limit, CancellationToken cancellationToken) => ValueTask.FromResult<ImmutableArray<Hint>>(
        [.. Hints.Where(hint => string.CompareOrdinal(hint.Key, after) > 0).OrderBy(hint => hint.Key, StringComparer.Ordinal).Take(limit).Select(hint => new Hint(hint.Key, hint.Value))]);

    /// <summary>Whoever reads or changes a hint waits here when set.</summary>
    public TaskCompletionSource? HintGate { get; set; }

    /// <summary>How a change of a hint ends.</summary>
    public WriteOutcome HintOutcome { get; set; }

    /// <summary>Thrown by whatever touches a hint.</summary>
    public Exception? WhyNoHints { get; set; }

    public System.Collections.Concurrent.ConcurrentDictionary<string, byte[]> Hints { get; } = new(StringComparer.Ordinal);

    public ValueTask<int> PurgeAsync(DateTimeOffset endedBefore, int limit, CancellationToken cancellationToken) => ValueTask.FromResult(0);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async ValueTask<WriteOutcome> OutcomeAsync()
    {
        if (Gate is { } gate)
        {
            await gate.Task;
        }

        return _outcomes.TryDequeue(out var outcome) ? outcome : WriteOutcome.Durable;
    }
}
