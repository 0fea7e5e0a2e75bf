namespace Pipeline.Connectors.Files;

/// <summary>One at a time for each path within this process, in order of arrival and without a thread waiting.</summary>
/// <remarks>Locks on files are between processes: contenders there can only try again later, which is slow.</remarks>
internal sealed class PathGate
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Waits for the turn of this caller; disposing the result ends it.</summary>
    public async ValueTask<IDisposable> EnterAsync(string path, CancellationToken cancellationToken)
    {
        Entry? entry;
        lock (_entries)
        {
            if (!_entries.TryGetValue(path, out entry))
            {
                entry = new Entry(this, path);
                _entries.Add(path, entry);
            }

            entry.Users++;
        }

        try
        {
            await entry.Turn.WaitAsync(cancellationToken);
            return entry;
        }
        catch
        {
            Leave(entry);
            throw;
        }
    }

    private void Leave(Entry entry)
    {
        lock (_entries)
        {
            if (--entry.Users == 0)
            {
                _entries.Remove(entry.Path);
                entry.Turn.Dispose();
            }
        }
    }

    private sealed class Entry(PathGate gate, string path) : IDisposable
    {
        public string Path { get; } = path;

        public SemaphoreSlim Turn { get; } = new(1);

        public int Users { get; set; }

        // Only the one whose turn it is holds the entry as IDisposable, so a turn ends once.
        public void Dispose()
        {
            Turn.Release();
            gate.Leave(this);
        }
    }
}
