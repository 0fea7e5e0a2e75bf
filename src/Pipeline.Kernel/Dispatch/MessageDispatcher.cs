namespace Pipeline.Kernel.Dispatch;

/// <summary>Gives threads to mailboxes.</summary>
/// <param name="throughput">User messages one mailbox may handle before it must let others run.</param>
internal abstract class MessageDispatcher(int throughput)
{
    public int Throughput { get; } = throughput;

    /// <param name="mailbox">What to run once.</param>
    /// <param name="fair">The mailbox has just had its turn and must go behind everyone who waits.</param>
    public abstract void Execute(IThreadPoolWorkItem mailbox, bool fair);
}
