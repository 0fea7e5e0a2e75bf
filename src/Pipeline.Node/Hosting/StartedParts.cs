namespace Pipeline.Node.Hosting;

/// <summary>What a node has started so far, to be ended in the opposite order: at its stop, and when its start fails half way.</summary>
internal sealed class StartedParts : IAsyncDisposable
{
    private readonly Stack<Func<ValueTask>> _ends = new();

    public T Add<T>(T part)
        where T : IAsyncDisposable
    {
        _ends.Push(part.DisposeAsync);
        return part;
    }

    public T AddSync<T>(T part)
        where T : IDisposable
    {
        Add(part.Dispose);
        return part;
    }

    public void Add(Action end) => _ends.Push(() =>
    {
        end();
        return ValueTask.CompletedTask;
    });

    /// <summary>Ends every part, whatever the end of one of them throws; the first failure is thrown at the end.</summary>
    public async ValueTask DisposeAsync()
    {
        Exception? first = null;
        while (_ends.TryPop(out var end))
        {
            try
            {
                await end();
            }
            catch (Exception error)
            {
                first ??= error;
            }
        }

        if (first is not null)
        {
            throw new InvalidOperationException("a part of the node could not be ended", first);
        }
    }
}
