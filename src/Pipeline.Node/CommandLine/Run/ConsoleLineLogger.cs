using System.Globalization;
using Pipeline.Node.Logging;

namespace Pipeline.Node.CommandLine.Run;

/// <summary>Writes log lines as a mail server's log has them: time, severity where it matters, text.</summary>
/// <param name="minimum">Lines below it are left out.</param>
internal sealed class ConsoleLineLogger(TextWriter output, TimeProvider time, LogLevel minimum = LogLevel.Information) : ILoggerProvider
{
    private readonly TextWriter _output = TextWriter.Synchronized(output);

    private LogLevel Minimum => minimum;

    public ILogger CreateLogger(string categoryName) => new CategoryLogger(this, categoryName);

    public void Dispose()
    {
        // The output belongs to the caller.
    }

    private void Write(string category, LogLevel level, string text, Exception? error)
    {
        var now = time.GetLocalNow().ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var mark = level >= LogLevel.Error ? "ERROR " : level == LogLevel.Warning ? "warning " : "";
        var from = category.StartsWith("MailPipeline", StringComparison.Ordinal) ? "" : $"[{category}] ";
        _output.WriteLine($"{now} {mark}{from}{LogEscape.Of(text)}{(error is null ? "" : $": {error}")}");
    }

    private sealed class CategoryLogger(ConsoleLineLogger owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) =>
            logLevel >= owner.Minimum && (logLevel >= LogLevel.Warning || !category.StartsWith("Microsoft.", StringComparison.Ordinal));

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                owner.Write(category, logLevel, formatter(state, exception), exception);
            }
        }
    }
}
