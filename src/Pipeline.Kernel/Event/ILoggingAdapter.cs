namespace Pipeline.Kernel.Event;

/// <summary>The log of an actor or of the system. Formats are those of <see cref="string.Format(string, object[])"/>.</summary>
public interface ILoggingAdapter
{
    bool IsDebugEnabled { get; }

    bool IsInfoEnabled { get; }

    bool IsWarningEnabled { get; }

    bool IsErrorEnabled { get; }

    void Debug(string format, params object?[] args);

    void Info(string format, params object?[] args);

    void Warning(string format, params object?[] args);

    void Warning(Exception cause, string format, params object?[] args);

    void Error(string format, params object?[] args);

    void Error(Exception cause, string format, params object?[] args);
}
