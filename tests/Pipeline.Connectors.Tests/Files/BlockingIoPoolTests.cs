using Pipeline.Connectors.Files;

namespace Pipeline.Connectors.Tests.Files;

public sealed class BlockingIoPoolTests
{
    [Fact]
    public async Task Work_runs_on_a_thread_of_the_pool_and_its_result_comes_back()
    {
        using var pool = new BlockingIoPool(threads: 1);

        Assert.StartsWith("blocking-io-", await pool.RunAsync(() => Thread.CurrentThread.Name!, CancellationToken.None), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callers_do_not_continue_on_a_thread_of_the_pool()
    {
        using var pool = new BlockingIoPool(threads: 1);

        await pool.RunAsync(() => { }, CancellationToken.None);

        Assert.False(Thread.CurrentThread.Name?.StartsWith("blocking-io-", StringComparison.Ordinal) ?? false);
    }

    [Fact]
    public async Task An_exception_comes_out_of_the_task_and_the_thread_lives_on()
    {
        using var pool = new BlockingIoPool(threads: 1);

        await Assert.ThrowsAsync<IOException>(() => pool.RunAsync(() => throw new IOException("x"), CancellationToken.None));

        Assert.Equal(1, await pool.RunAsync(() => 1, CancellationToken.None));
    }

    [Fact]
    public async Task Work_that_was_cancelled_while_it_waited_is_not_begun()
    {
        using var pool = new BlockingIoPool(threads: 1);
        using var gate = new ManualResetEventSlim();
        using var stop = new CancellationTokenSource();
        var first = pool.RunAsync(gate.Wait, CancellationToken.None);
        var begun = false;
        var second = pool.RunAsync(() => begun = true, stop.Token);
        await stop.CancelAsync();
        gate.Set();

        await first;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(begun);
    }

    [Fact]
    public async Task Callers_wait_without_a_thread_when_the_queue_is_full()
    {
        using var pool = new BlockingIoPool(threads: 1, capacity: 1);
        using var gate = new ManualResetEventSlim();
        using var running = new ManualResetEventSlim();
        var first = pool.RunAsync(
            () =>
            {
                running.Set();
                gate.Wait();
            },
            CancellationToken.None);
        running.Wait();
        var others = Enumerable.Range(0, 10).Select(i => pool.RunAsync(() => i, CancellationToken.None)).ToArray();

        Assert.DoesNotContain(others, task => task.IsCompleted);
        gate.Set();

        await first;
        Assert.Equal(Enumerable.Range(0, 10), (await Task.WhenAll(others)).Order());
    }
}
