namespace Pipeline.Node.Logging;

/// <summary>What the log of the node says for the policy and of the main log. Event ids are stable.</summary>
internal static partial class Log
{
    [LoggerMessage(8, LogLevel.Error, "{Line}")]
    public static partial void PanicLine(ILogger logger, string line);

    [LoggerMessage(40, LogLevel.Error, "The {Name} log cannot be written: {Problem}; what the main log misses is counted")]
    public static partial void NotWritten(ILogger logger, string name, string problem);

    [LoggerMessage(41, LogLevel.Warning, "The logs of mail could not be written in time: {Count} entries are lost")]
    public static partial void NotDrained(ILogger logger, int count);

    [LoggerMessage(42, LogLevel.Error, "The logs of mail stay where they were: {Problem}")]
    public static partial void LogsStay(ILogger logger, string problem);
}
