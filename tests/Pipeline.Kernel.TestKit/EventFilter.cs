using Microsoft.Extensions.Logging;
using Xunit.Sdk;

namespace Pipeline.Kernel.TestKit;

/// <summary>Expectations about what the system logs or loses while an action runs.</summary>
public sealed class EventFilterFactory
{
    private readonly TestLog _log;
    private readonly TestKitBase _kit;

    internal EventFilterFactory(TestLog log, TestKitBase kit)
    {
        _log = log;
        _kit = kit;
    }

    /// <summary>Logged exceptions of a type, or with an inner exception of it.</summary>
    public EventFilterApplier Exception<TException>(string? contains = null)
        where TException : Exception =>
        new(_log, _kit, line => Causes(line.Exception).Any(cause => cause is TException && Contains(cause.Message, contains)), null);

    public EventFilterApplier Warning(string? contains = null) =>
        new(_log, _kit, line => line.Level == LogLevel.Warning && Contains(line.Text, contains), null);

    public EventFilterApplier Error(string? contains = null) =>
        new(_log, _kit, line => line.Level == LogLevel.Error && Contains(line.Text, contains), null);

    /// <summary>Messages of any type that reach nobody.</summary>
    public EventFilterApplier DeadLetter() => new(_log, _kit, null, static _ => true);

    public EventFilterApplier DeadLetter<TMessage>(Func<TMessage, bool>? isMatch = null) =>
        new(_log, _kit, null, letter => letter.Message is TMessage message && (isMatch is null || isMatch(message)));

    private static bool Contains(string text, string? part) => part is null || text.Contains(part, StringComparison.Ordinal);

    private static IEnumerable<Exception> Causes(Exception? exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}

public sealed class EventFilterApplier
{
    private readonly TestLog _log;
    private readonly TestKitBase _kit;
    private readonly Func<LogLine, bool>? _line;
    private readonly Func<DeadLetter, bool>? _letter;
    private int _count;

    internal EventFilterApplier(TestLog log, TestKitBase kit, Func<LogLine, bool>? line, Func<DeadLetter, bool>? letter)
    {
        _log = log;
        _kit = kit;
        _line = line;
        _letter = letter;
    }

    public Task ExpectOneAsync(Action action, CancellationToken cancellationToken = default) => ExpectAsync(1, action, cancellationToken);

    public Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default) =>
        ExpectAsync(1, actionAsync, cancellationToken);

    public Task ExpectAsync(int expectedCount, Action action, CancellationToken cancellationToken = default) => ExpectAsync(
        expectedCount,
        () =>
        {
            action();
            return Task.CompletedTask;
        },
        cancellationToken);

    /// <summary>Waits until the events have been seen; fails when there are fewer or more.</summary>
    public async Task ExpectAsync(int expectedCount, Func<Task> actionAsync, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actionAsync);
        IActorRef? subscriber = null;
        if (_letter is { } isLetter)
        {
            subscriber = _kit.Sys.SystemActorOf(Props.Create(() => new LetterCounter(isLetter, Count)));
            _kit.Sys.EventStream.Subscribe<DeadLetter>(subscriber);
        }
        else
        {
            _log.Listen(OnLine);
        }

        try
        {
            await actionAsync().ConfigureAwait(false);
            await _kit.AwaitConditionAsync(
                () => Task.FromResult(Volatile.Read(ref _count) >= expectedCount),
                message: $"{expectedCount} matching events; seen so far: {Volatile.Read(ref _count)}",
                cancellationToken: cancellationToken).ConfigureAwait(false);
            if (Volatile.Read(ref _count) > expectedCount)
            {
                throw new XunitException($"Expected {expectedCount} matching events but saw {Volatile.Read(ref _count)}.");
            }
        }
        finally
        {
            _log.Forget(OnLine);
            if (subscriber is not null)
            {
                _kit.Sys.EventStream.Unsubscribe(subscriber);
                _kit.Sys.Stop(subscriber);
            }
        }
    }

    private void OnLine(LogLine line)
    {
        if (_line!(line))
        {
            Count();
        }
    }

    private void Count() => Interlocked.Increment(ref _count);

    private sealed class LetterCounter : ReceiveActor
    {
        public LetterCounter(Func<DeadLetter, bool> isMatch, Action count)
        {
            Receive<DeadLetter>(letter =>
            {
                if (isMatch(letter))
                {
                    count();
                }
            });
        }
    }
}
