using System.Collections.Concurrent;
using System.Text.Json;
using Pipeline.Storage.Sqlite.Database;

namespace Pipeline.Storage.Sqlite.Reading;

/// <summary>A few connections for reading, opened when first needed.</summary>
/// <remarks>Short reads run on the caller's thread: a look-up by key is some microseconds. Scans get a thread of their own, so that they do not hold one of the pool.</remarks>
internal sealed class ReadPool(string database, string bodies, int connections) : IDisposable
{
    private readonly ConcurrentBag<ReadSession> _idle = [];
    private readonly SemaphoreSlim _free = new(connections);
    private volatile bool _disposed;

    /// <exception cref="IOException">The store cannot be read, or is damaged.</exception>
    public async ValueTask<T> ReadAsync<T>(Func<ReadSession, T> read, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            return Use(read);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <exception cref="IOException">The store cannot be read, or is damaged.</exception>
    public async ValueTask<T> ScanAsync<T>(Func<ReadSession, T> read, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            return await Task.Factory.StartNew(() => Use(read), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var session))
        {
            session.Dispose();
        }
    }

    private T Use<T>(Func<ReadSession, T> read)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ReadSession? session = null;
        try
        {
            session = _idle.TryTake(out var idle) ? idle : Open();
            var result = read(session);
            _idle.Add(session);
            if (_disposed)
            {
                Dispose();
            }

            return result;
        }
        catch (OperationCanceledException)
        {
            session?.Dispose();
            throw;
        }
        catch (Exception e) when (e is SqliteFailure or JsonException or InvalidDataException or FormatException)
        {
            session?.Dispose();
            throw new IOException($"the spool cannot be read: {e.Message}", e);
        }
    }

    private ReadSession Open()
    {
        var connection = SqliteDatabase.Open(database, readOnly: true);
        try
        {
            Schema.RequireCurrent(connection);
            return new ReadSession(connection, bodies);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
