using System.Collections.Concurrent;

namespace Pipeline.Connectors.Files;

/// <summary>A few threads of its own for calls that block: file writes, flushes, locks.</summary>
/// <remarks>
/// The thread pool starts with a thread per core and grows slowly; a handful of flushes at once would stop everything else on the node.
/// Work waits in order once all threads are busy; callers wait, without a thread, once the queue is full.
/// </remarks>
public sealed class BlockingIoPool : IDisposable
{
    private readonly BlockingCollection<Action> _queue = [];
    private readonly SemaphoreSlim _room;
    private readonly Thread[] _threads;

    /// <param name="threads">How many calls may block at once.</param>
    /// <param name="capacity">How many may wait in the queue.</param>
    public BlockingIoPool(int threads = 16, int capacity = 1024)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _room = new SemaphoreSlim(capacity);
        _threads = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            _threads[i] = new Thread(Work) { IsBackground = true, Name = $"blocking-io-{i}" };
            _threads[i].Start();
        }
    }

    /// <summary>Runs a call on one of the threads. Its exceptions come out of the task; once begun it is not cancelled.</summary>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _queue.Add(() => Run(work, completion, cancellationToken), CancellationToken.None);
        }
        catch (InvalidOperationException)
        {
            _room.Release();
            throw new ObjectDisposedException(nameof(BlockingIoPool));
        }

        return await completion.Task;
    }

    /// <summary>Runs a call without a result.</summary>
    public Task RunAsync(Action work, CancellationToken cancellationToken) =>
        RunAsync(
            () =>
            {
                work();
                return true;
            },
            cancellationToken);

    /// <summary>Ends the threads after the work that is queued.</summary>
    public void Dispose()
    {
        _queue.CompleteAdding();
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _queue.Dispose();
        _room.Dispose();
    }

    private static void Run<T>(Func<T> work, TaskCompletionSource<T> completion, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            completion.SetCanceled(cancellationToken);
            return;
        }

        try
        {
            completion.SetResult(work());
        }
        catch (Exception exception)
        {
            completion.SetException(exception);
        }
    }

    private void Work()
    {
        foreach (var work in _queue.GetConsumingEnumerable())
        {
            _room.Release();
            work();
        }
    }
}
