using System.Collections.Concurrent;
using Pipeline.Kernel.Dispatch;

namespace Pipeline.Kernel.Tests;

/// <summary>Runs mailboxes on a given number of threads of its own, strictly in the order they were scheduled.</summary>
internal sealed class ThreadsDispatcher : MessageDispatcher, IDisposable
{
    private readonly BlockingCollection<IThreadPoolWorkItem> _work = [];

    public ThreadsDispatcher(int threads, int throughput)
        : base(throughput)
    {
        for (int i = 0; i < threads; i++)
        {
            new Thread(Work) { IsBackground = true }.Start();
        }
    }

    public override void Execute(IThreadPoolWorkItem mailbox, bool fair)
    {
        if (!_work.IsAddingCompleted)
        {
            _work.Add(mailbox);
        }
    }

    public void Dispose() => _work.CompleteAdding();

    private void Work()
    {
        foreach (IThreadPoolWorkItem item in _work.GetConsumingEnumerable())
        {
            item.Execute();
        }
    }
}
