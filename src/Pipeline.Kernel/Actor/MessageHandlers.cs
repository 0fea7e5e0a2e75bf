namespace Pipeline.Kernel.Actor;

/// <summary>The handlers of one behaviour, in order of registration.</summary>
internal sealed class HandlerList
{
    private MessageHandler[] _handlers = [];
    private int _count;
    private bool _closed;

    public void Add(MessageHandler handler)
    {
        if (_closed)
        {
            throw new InvalidOperationException("A handler registered after one that takes any message would never be called.");
        }

        if (_count == _handlers.Length)
        {
            Array.Resize(ref _handlers, Math.Max(2, _count * 2));
        }

        _handlers[_count++] = handler;
    }

    public void AddLast(MessageHandler handler)
    {
        Add(handler);
        _closed = true;
    }

    public bool Handle(object message)
    {
        for (int i = 0; i < _count; i++)
        {
            if (_handlers[i].TryHandle(message))
            {
                return true;
            }
        }

        return false;
    }
}

internal abstract class MessageHandler
{
    public abstract bool TryHandle(object message);
}

internal sealed class SyncHandler<T>(Action<T> handler, Predicate<T>? shouldHandle) : MessageHandler
{
    public override bool TryHandle(object message)
    {
        if (message is not T typed || (shouldHandle is not null && !shouldHandle(typed)))
        {
            return false;
        }

        handler(typed);
        return true;
    }
}

internal sealed class DecidingHandler<T>(Func<T, bool> handler) : MessageHandler
{
    public override bool TryHandle(object message) => message is T typed && handler(typed);
}

internal sealed class AsyncHandler<T>(Func<T, Task> handler, Predicate<T>? shouldHandle) : MessageHandler
{
    public override bool TryHandle(object message)
    {
        if (message is not T typed || (shouldHandle is not null && !shouldHandle(typed)))
        {
            return false;
        }

        ActorCell.Current!.RunAsyncHandler(() => handler(typed));
        return true;
    }
}
