using Pipeline.Kernel.Actor;

namespace Pipeline.Kernel.Dispatch;

/// <summary>
/// Runs mailboxes on the .NET thread pool. A tell from one actor to another wakes the receiver on the same core's queue, where the message
/// is still in the cache; every 32nd such hand-over goes to the shared queue, so that two actors answering each other cannot starve it.
/// </summary>
internal sealed class ThreadPoolDispatcher(int throughput) : MessageDispatcher(throughput)
{
    private const int LocalHandOvers = 32;

    [ThreadStatic]
    private static int _handOvers;

    public override void Execute(IThreadPoolWorkItem mailbox, bool fair)
    {
        bool local = !fair && ActorCell.Current is not null && ++_handOvers % LocalHandOvers != 0;
        ThreadPool.UnsafeQueueUserWorkItem(mailbox, local);
    }
}
