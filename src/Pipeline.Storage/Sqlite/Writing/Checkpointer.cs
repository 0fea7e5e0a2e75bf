using Microsoft.Extensions.Logging;
using Pipeline.Storage.Sqlite.Database;
using SQLitePCL;

namespace Pipeline.Storage.Sqlite.Writing;

/// <summary>Moves the log into the database file, on a thread and a connection of its own, so that no commit waits for it.</summary>
/// <remarks>
/// Works when the log has grown by a step, and again after a quiet second; then it also cuts the file of the log.
/// Under a steady stream of commits such a checkpoint never reaches the log's end, and the log could grow for ever: past a limit
/// the writer is asked to do the small rest between two groups, after which the next commit starts the log from its beginning.
/// </remarks>
internal sealed class Checkpointer : IDisposable
{
    private const int PageBytes = 8192;

    private readonly SqliteDatabase _database;
    private readonly GroupWriter _writer;
    private readonly ILogger _logger;
    private readonly int _stepPages;
    private readonly int _limitPages;
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _thread;
    private int _newPages;
    private int _quiet;
    private bool _dirty;
    private volatile bool _stopping;

    public Checkpointer(SqliteDatabase database, GroupWriter writer, SqliteStoreOptions options, ILogger logger)
    {
        _database = database;
        _writer = writer;
        _logger = logger;
        _stepPages = options.CheckpointBytes / PageBytes;
        _limitPages = options.LogLimitBytes / PageBytes;
        _thread = new Thread(Run) { IsBackground = true, Name = "spool checkpoint" };
        _thread.Start();
    }

    /// <summary>Called by the writer after each commit.</summary>
    public void PagesWritten(int pages)
    {
        Volatile.Write(ref _quiet, 0);
        if (Interlocked.Add(ref _newPages, pages) >= _stepPages)
        {
            _wake.Set();
        }
    }

    /// <summary>Called every second.</summary>
    public void Tick()
    {
        if (Interlocked.Increment(ref _quiet) == 2)
        {
            _wake.Set();
        }
    }

    public void Dispose()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        _wake.Set();
        _thread.Join();
        _wake.Dispose();
        _database.Dispose();
    }

    private void Run()
    {
        while (!_stopping)
        {
            _wake.WaitOne();
            try
            {
                Work(idle: Volatile.Read(ref _quiet) >= 2 || _stopping);
            }
            catch (SqliteFailure failure)
            {
                Log.CheckpointFailed(_logger, failure.Message, failure.Code);
            }
        }
    }

    private void Work(bool idle)
    {
        _dirty |= Interlocked.Exchange(ref _newPages, 0) > 0;
        if (!_dirty)
        {
            return;
        }

        var (frames, _) = _database.Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE);
        if (idle)
        {
            // A reader may be in the way: then once more after the next quiet moment.
            _dirty = _database.Checkpoint(raw.SQLITE_CHECKPOINT_TRUNCATE).Frames < 0;
            Volatile.Write(ref _quiet, _dirty ? 0 : 2);
        }
        else if (frames > _limitPages)
        {
            _writer.RequestCheckpoint();
        }
    }
}
