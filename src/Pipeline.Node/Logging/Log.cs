namespace Pipeline.Node.Logging;

/// <summary>What the log of the node says for the policy and of the main log. Event ids are stable.</summary>
internal static partial class Log
{
    [LoggerMessage(8, LogLevel.Error, "{Line}")]
    public static partial void PanicLine(ILogger logger, string line);

    [LoggerMessage(40, LogLevel.Error, "The main log cannot be written: {Problem}; what it misses is counted")]
    public static partial void MainLogNotWritten(ILogger logger, string problem);

    [LoggerMessage(41, LogLevel.Warning, "The main log could not be written in time: {Count} entries are lost")]
    public static partial void MainLogNotDrained(ILogger logger, int count);
}
