using Microsoft.Extensions.Logging;
using Pipeline.Storage.Sqlite.Database;
using SQLitePCL;

namespace Pipeline.Storage.Sqlite.Writing;

/// <summary>Moves the log into the database file, on a thread and a connection of its own, so that no commit waits for it.</summary>
/// <remarks>
/// Works when the log has grown by a step, and again after a quiet second; then it also cuts the log's file when that is large.
/// Under a steady stream of commits such a checkpoint never reaches the log's end, and the log could grow for ever: past a limit
/// the writer is asked to do the small rest between two groups, after which the next commit starts the log from its beginning.
/// </remarks>
internal sealed class Checkpointer : IDisposable
{
    private const int PageBytes = 8192;
    private const int QuietTicks = 2;

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

    /// <exception cref="SqliteFailure">The database cannot be opened.</exception>
    public Checkpointer(string path, GroupWriter writer, SqliteStoreOptions options, ILogger logger)
    {
        // It never waits for a lock: while it waited, it would hold one that the writer needs.
        _database = SqliteDatabase.Open(path, readOnly: false, busyTimeoutMilliseconds: 0);

        // A connection that has read nothing does not know that there is a log, and checkpoints nothing without saying so.
        _database.Query("SELECT epoch FROM life");
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
        if (Interlocked.Increment(ref _quiet) == QuietTicks)
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
                Work(idle: Volatile.Read(ref _quiet) >= QuietTicks || _stopping);
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

        var (frames, checkpointed) = _database.Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE);
        if (!idle)
        {
            if (frames > _limitPages)
            {
                _writer.RequestCheckpoint();
            }

            return;
        }

        // The whole log is in the database: the next commit begins it anew, over blocks that are there already. Only a log that has
        // outgrown its limit is cut. A reader may be in the way: then once more after the next quiet moment.
        var done = frames == checkpointed && (frames <= _limitPages || _database.Checkpoint(raw.SQLITE_CHECKPOINT_TRUNCATE).Frames >= 0);
        _dirty = !done;
        Volatile.Write(ref _quiet, done ? QuietTicks : 0);
    }
}
