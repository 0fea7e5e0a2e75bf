using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Pipeline.Kernel.Event;

/// <summary>Passes an actor's log on to <see cref="ILogger"/>; formats only when someone listens.</summary>
internal sealed class LoggerAdapter(ILogger logger, string source) : ILoggingAdapter
{
    public bool IsDebugEnabled => logger.IsEnabled(LogLevel.Debug);

    public bool IsInfoEnabled => logger.IsEnabled(LogLevel.Information);

    public bool IsWarningEnabled => logger.IsEnabled(LogLevel.Warning);

    public bool IsErrorEnabled => logger.IsEnabled(LogLevel.Error);

    public void Debug(string format, params object?[] args) => Write(LogLevel.Debug, null, format, args);

    public void Info(string format, params object?[] args) => Write(LogLevel.Information, null, format, args);

    public void Warning(string format, params object?[] args) => Write(LogLevel.Warning, null, format, args);

    public void Warning(Exception cause, string format, params object?[] args) => Write(LogLevel.Warning, cause, format, args);

    public void Error(string format, params object?[] args) => Write(LogLevel.Error, null, format, args);

    public void Error(Exception cause, string format, params object?[] args) => Write(LogLevel.Error, cause, format, args);

    private void Write(LogLevel level, Exception? cause, string format, object?[] args)
    {
        if (logger.IsEnabled(level))
        {
            logger.Log(level, default, new Line(source, format, args), cause, static (line, _) => line.ToString());
        }
    }

    private readonly record struct Line(string Source, string Format, object?[] Args)
    {
        public override string ToString()
        {
            string text = Args.Length == 0 ? Format : string.Format(CultureInfo.InvariantCulture, Format, Args);
            return $"[{Source}] {text}";
        }
    }
}
