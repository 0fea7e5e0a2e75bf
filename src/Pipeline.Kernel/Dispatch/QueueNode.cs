namespace Pipeline.Kernel.Dispatch;

/// <summary>Something that can be in one list at a time: the link is part of it.</summary>
internal abstract class QueueNode
{
    /// <summary>Stands at the head of a closed queue: nothing can be linked to it.</summary>
    public static readonly QueueNode Closed = new ClosedMark();

    public QueueNode? Next;

    private sealed class ClosedMark : QueueNode;
}
