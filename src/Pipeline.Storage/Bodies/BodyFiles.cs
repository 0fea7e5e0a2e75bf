using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Pipeline.Faults;

namespace Pipeline.Storage.Bodies;

/// <summary>The folder of bodies that are too large for the database, and the thread that makes them durable and deletes them.</summary>
/// <remarks>
/// A file is written under its final name: nothing refers to it before the commit, and a name never comes twice, so a file
/// without a row is an orphan and no rename is needed. Flushes block and must not take threads of the pool.
/// Files that wait together share one flush of the folder.
/// </remarks>
internal sealed class BodyFiles : IDisposable
{
    private readonly ISpoolFiles _files;
    private readonly string _folder;
    private readonly string _prefix;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _work = new(false);
    private readonly Thread _thread;
    private List<Flush> _flushes = [];
    private List<string> _deletions = [];
    private bool _stopping;
    private long _counter;

    /// <param name="epoch">The life of the store; it is part of every file name, so that a sweep can tell files of this life.</param>
    public BodyFiles(ISpoolFiles files, string folder, long epoch, ILogger logger)
    {
        _files = files;
        _folder = folder;
        _prefix = $"{epoch}.";
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = "spool bodies" };
        _thread.Start();
    }

    public ISpoolFiles Files => _files;

    /// <summary>A name that no other body has or had.</summary>
    public string NewName(Mail.Message.MessageId id) => $"{_prefix}{Interlocked.Increment(ref _counter)}.{id}";

    public string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>Completes when file and name are on the medium.</summary>
    /// <exception cref="IOException">They are not.</exception>
    public Task FlushAsync(SafeFileHandle file)
    {
        var flush = new Flush(file);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            _flushes.Add(flush);
        }

        _work.Set();
        return flush.Done.Task;
    }

    /// <summary>Deletes a file some time soon. A file that stays is swept when the store is opened again.</summary>
    public void Delete(string name)
    {
        lock (_gate)
        {
            _deletions.Add(name);
        }

        _work.Set();
    }

    /// <summary>Deletes the files of earlier lives that no message refers to; how many.</summary>
    public int Sweep(IReadOnlySet<string> referenced)
    {
        var swept = 0;
        foreach (var path in Directory.EnumerateFiles(_folder))
        {
            var name = Path.GetFileName(path);
            if (!name.StartsWith(_prefix, StringComparison.Ordinal) && !referenced.Contains(name))
            {
                swept += TryDelete(name) ? 1 : 0;
            }
        }

        return swept;
    }

    /// <summary>Ends what is under way and stops.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopping)
            {
                return;
            }

            _stopping = true;
        }

        _work.Set();
        _thread.Join();
        _work.Dispose();
    }

    private void Run()
    {
        for (var more = true; more;)
        {
            _work.WaitOne();
            List<Flush> flushes;
            List<string> deletions;
            lock (_gate)
            {
                more = !_stopping;
                (flushes, _flushes) = (_flushes, []);
                (deletions, _deletions) = (_deletions, []);
            }

            FlushAll(flushes);
            foreach (var name in deletions)
            {
                TryDelete(name);
                Crash.At(CrashPoint.DeliverBodyDeleted);
            }
        }
    }

    private void FlushAll(List<Flush> flushes)
    {
        if (flushes.Count == 0)
        {
            return;
        }

        foreach (var flush in flushes)
        {
            try
            {
                _files.Sync(flush.File);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                flush.Failure = e as IOException ?? new IOException("the body was discarded", e);
            }
        }

        IOException? folderFailure = null;
        try
        {
            _files.SyncDirectory(_folder);
        }
        catch (IOException e)
        {
            folderFailure = e;
        }

        foreach (var flush in flushes)
        {
            if ((flush.Failure ?? folderFailure) is { } failure)
            {
                flush.Done.SetException(failure);
            }
            else
            {
                flush.Done.SetResult();
            }
        }
    }

    private bool TryDelete(string name)
    {
        try
        {
            _files.Delete(PathOf(name));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.BodyNotDeleted(_logger, name, e);
            return false;
        }
    }

    private sealed class Flush(SafeFileHandle file)
    {
        public SafeFileHandle File => file;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IOException? Failure { get; set; }
    }
}
