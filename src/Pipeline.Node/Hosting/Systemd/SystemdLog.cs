namespace Pipeline.Node.Hosting.Systemd;

internal static partial class SystemdLog
{
    [LoggerMessage(70, LogLevel.Error, "No sign of life to the service manager, which will restart the node: {Reason}")]
    public static partial void Silent(ILogger logger, string reason);
}
