using Microsoft.Extensions.Logging;

namespace Pipeline.Kernel.TestKit;

/// <summary>Hands every log line of the system to the filters that are listening.</summary>
internal sealed class TestLog : ILoggerFactory, ILogger
{
    private readonly Lock _gate = new();
    private Action<LogLine>[] _listeners = [];

    public void Listen(Action<LogLine> listener)
    {
        lock (_gate)
        {
            _listeners = [.. _listeners, listener];
        }
    }

    public void Forget(Action<LogLine> listener)
    {
        lock (_gate)
        {
            _listeners = [.. _listeners.Where(present => present != listener)];
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => Volatile.Read(ref _listeners).Length > 0;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        foreach (Action<LogLine> listener in Volatile.Read(ref _listeners))
        {
            listener(new LogLine(logLevel, formatter(state, exception), exception));
        }
    }

    public void Dispose()
    {
    }
}

internal readonly record struct LogLine(LogLevel Level, string Text, Exception? Exception);
