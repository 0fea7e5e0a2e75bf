using Pipeline.Storage.Bodies;

namespace Pipeline.Storage.Sqlite;

/// <summary>Settings of a spool on SQLite.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>The folder of the spool, on a local file system; made when it is not there, for this user alone.</summary>
    public required string Directory { get; init; }

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Bodies up to this size are in the database, larger ones in files of their own.</summary>
    public int InlineBodyLimitBytes { get; init; } = 128 * 1024;

    /// <summary>Writes that share one commit, at most. They are never waited for: what came during the last flush is the group.</summary>
    public int GroupLimit { get; init; } = 128;

    /// <summary>Octets that share one commit, at most (one larger write is a group of its own).</summary>
    public int GroupBytesLimit { get; init; } = 8 * 1024 * 1024;

    /// <summary>Writes that wait for the writer, at most; more are answered as unavailable at once.</summary>
    public int WaitingWritesLimit { get; init; } = 8192;

    /// <summary>How long a write waits for its turn before it is answered as unavailable. A commit that has begun is waited for.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Connections for reading.</summary>
    public int ReadConnections { get; init; } = 4;

    /// <summary>The log is moved into the database when it has grown by this much.</summary>
    public int CheckpointBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>A log larger than this is brought to its beginning again, for which the writer pauses.</summary>
    public int LogLimitBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>For tests: file operations that fail on demand.</summary>
    internal ISpoolFiles Files { get; init; } = new SpoolFiles();

    /// <summary>For tests: a database that is full at so many pages.</summary>
    internal int? MaxPages { get; init; }
}
