using System.Runtime.CompilerServices;

namespace Pipeline.Kernel.TestKit;

public abstract partial class TestKitBase
{
    public async ValueTask<T> ExpectMsgAsync<T>(
        TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default)
    {
        object message = await ReceiveOrFailAsync($"a {typeof(T).Name}", duration, hint, cancellationToken).ConfigureAwait(false);
        return message is T typed ? typed : throw Failure($"expected a {typeof(T).Name} but got {message}", hint);
    }

    public async ValueTask<T> ExpectMsgAsync<T>(
        T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default)
    {
        object received = await ReceiveOrFailAsync($"{message}", timeout, hint, cancellationToken).ConfigureAwait(false);
        return Equals(received, message) ? (T)received : throw Failure($"expected {message} but got {received}", hint);
    }

    public async ValueTask<T> ExpectMsgAsync<T>(
        Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(isMessage);
        T message = await ExpectMsgAsync<T>(timeout, hint, cancellationToken).ConfigureAwait(false);
        return isMessage(message) ? message : throw Failure($"{message} does not satisfy the condition", hint);
    }

    public async ValueTask<T> ExpectMsgAsync<T>(
        Action<T> assert, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(assert);
        T message = await ExpectMsgAsync<T>(timeout, hint, cancellationToken).ConfigureAwait(false);
        assert(message);
        return message;
    }

    /// <summary>Fails when a message comes within the short default time.</summary>
    public ValueTask ExpectNoMsgAsync(CancellationToken cancellationToken = default) =>
        ExpectNoMsgAsync(DefaultNoMessageTimeout, cancellationToken);

    public async ValueTask ExpectNoMsgAsync(TimeSpan duration, CancellationToken cancellationToken = default)
    {
        if (await TryReceiveAsync(duration, cancellationToken).ConfigureAwait(false) is { } message)
        {
            throw Failure($"expected no message but got {message}", null);
        }
    }

    public async ValueTask<Terminated> ExpectTerminatedAsync(
        IActorRef target, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default)
    {
        Terminated terminated = await ExpectMsgAsync<Terminated>(timeout, hint, cancellationToken).ConfigureAwait(false);
        return terminated.ActorRef.Equals(target) ? terminated : throw Failure($"expected the end of {target} but got {terminated}", hint);
    }

    /// <summary>Takes messages until one satisfies the condition; the others are dropped.</summary>
    public ValueTask<object> FishForMessageAsync(
        Predicate<object> isMessage, TimeSpan? max = null, string? hint = null, CancellationToken cancellationToken = default) =>
        FishForMessageAsync<object>(isMessage, max, hint, cancellationToken);

    public async ValueTask<T> FishForMessageAsync<T>(
        Predicate<T> isMessage, TimeSpan? max = null, string? hint = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(isMessage);
        DateTime end = Now + Remaining(max);
        while (true)
        {
            TimeSpan left = end - Now;
            object message = await ReceiveOrFailAsync(
                $"a {typeof(T).Name} to fish for", left > TimeSpan.Zero ? left : TimeSpan.Zero, hint, cancellationToken).ConfigureAwait(false);
            if (message is T typed && isMessage(typed))
            {
                return typed;
            }
        }
    }

    public IAsyncEnumerable<object> ReceiveNAsync(int numberOfMessages, CancellationToken cancellationToken = default) =>
        ReceiveNAsync(numberOfMessages, Remaining(null), cancellationToken);

    /// <summary>The next <paramref name="numberOfMessages"/> messages, all within <paramref name="max"/>.</summary>
    public async IAsyncEnumerable<object> ReceiveNAsync(
        int numberOfMessages, TimeSpan max, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        DateTime end = Now + max;
        for (int i = 0; i < numberOfMessages; i++)
        {
            TimeSpan left = end - Now;
            yield return await ReceiveOrFailAsync(
                $"message {i + 1} of {numberOfMessages}",
                left > TimeSpan.Zero ? left : TimeSpan.Zero,
                null,
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>As many messages as given, equal to them, in any order; yields them in the order they came.</summary>
    public async IAsyncEnumerable<T> ExpectMsgAllOfAsync<T>(
        IReadOnlyCollection<T> messages, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        List<T> missing = [.. messages];
        while (missing.Count > 0)
        {
            object received = await ReceiveOrFailAsync(
                $"one of [{string.Join(", ", missing)}]", null, null, cancellationToken).ConfigureAwait(false);
            if (received is not T typed || !missing.Remove(typed))
            {
                throw Failure($"expected one of [{string.Join(", ", missing)}] but got {received}", null);
            }

            yield return typed;
        }
    }

    /// <summary>All expectations inside share the time; fails when the block takes longer.</summary>
    public async Task WithinAsync(TimeSpan max, Func<Task> actionAsync, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actionAsync);
        DateTime? outer = _deadline;
        DateTime end = Now + Remaining(max);
        _deadline = end;
        try
        {
            await actionAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _deadline = outer;
        }

        if (Now > end)
        {
            throw Failure($"the block took longer than {max}", null);
        }
    }

    /// <summary>Repeats the assertion until it holds; fails with its last failure when the time is over.</summary>
    public Task AwaitAssertAsync(
        Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        AwaitAssertAsync(
            () =>
            {
                assertion();
                return Task.CompletedTask;
            },
            duration,
            interval,
            cancellationToken);

    public async Task AwaitAssertAsync(
        Func<Task> assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(assertion);
        DateTime end = Now + Remaining(duration);
        while (true)
        {
            try
            {
                await assertion().ConfigureAwait(false);
                return;
            }
            catch (Exception) when (Now < end)
            {
                await Task.Delay(interval ?? TimeSpan.FromMilliseconds(10), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Polls the condition until it holds.</summary>
    public async Task AwaitConditionAsync(
        Func<Task<bool>> conditionIsFulfilled,
        TimeSpan? max = null,
        TimeSpan? interval = null,
        string? message = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(conditionIsFulfilled);
        DateTime end = Now + Remaining(max);
        while (!await conditionIsFulfilled().ConfigureAwait(false))
        {
            if (Now >= end)
            {
                throw Failure("the awaited condition did not come true", message);
            }

            await Task.Delay(interval ?? TimeSpan.FromMilliseconds(10), cancellationToken).ConfigureAwait(false);
        }
    }
}
