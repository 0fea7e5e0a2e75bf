namespace Pipeline.Node.Scanning;

/// <summary>Room for so many scans at a time.</summary>
internal sealed class ScanGate(int size) : IDisposable
{
    private readonly SemaphoreSlim _room = new(size, size);
    private int _running;

    public int Size => size;

    public int Running => Volatile.Read(ref _running);

    public bool TryEnter()
    {
        if (!_room.Wait(0))
        {
            return false;
        }

        Interlocked.Increment(ref _running);
        return true;
    }

    /// <exception cref="OperationCanceledException">The token ended before there was room.</exception>
    public async Task EnterAsync(CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        Interlocked.Increment(ref _running);
    }

    public void Leave()
    {
        Interlocked.Decrement(ref _running);
        _room.Release();
    }

    public void Dispose() => _room.Dispose();
}
