namespace Pipeline.Node.Hosting;

/// <summary>What a node logs of itself. Event ids are stable.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "MailPipeline {Version} started as {Node}: policy {Policy}, store {Store}, listening on {Endpoints}")]
    public static partial void Started(ILogger logger, string version, string node, string policy, string store, string endpoints);

    [LoggerMessage(3, LogLevel.Information, "Stopping: no new mail; {Active} messages under way")]
    public static partial void Stopping(ILogger logger, int active);

    [LoggerMessage(4, LogLevel.Information, "Stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(5, LogLevel.Warning, "Messages were still under way when the time to stop was over; they go on at the next start")]
    public static partial void StoppedEarly(ILogger logger);

    [LoggerMessage(9, LogLevel.Information, "Removed the journals of {Count} messages that ended more than {Days} days ago")]
    public static partial void Purged(ILogger logger, int count, double days);
}
