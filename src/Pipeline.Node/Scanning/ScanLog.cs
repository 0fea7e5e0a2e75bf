namespace Pipeline.Node.Scanning;

/// <summary>What scanning logs. Event ids are stable.</summary>
internal static partial class ScanLog
{
    [LoggerMessage(80, LogLevel.Warning, "Message {Message} was not scanned by {Scanner}: {Reason}")]
    public static partial void Failed(ILogger logger, string message, string scanner, string reason);

    [LoggerMessage(81, LogLevel.Warning, "The nodes that scan cannot be looked up, those known last count: {Reason}")]
    public static partial void DirectoryUnreachable(ILogger logger, string reason);

    [LoggerMessage(82, LogLevel.Warning, "{Caller} was refused a scan: {Reason}")]
    public static partial void Refused(ILogger logger, string caller, string reason);

    [LoggerMessage(84, LogLevel.Warning, "Does not scan for others: Admin.Listen has no port that they could know, and the cluster's Advertise is not set")]
    public static partial void NoAddress(ILogger logger);

    [LoggerMessage(83, LogLevel.Information, "Scans for others at {Address}, {Count} messages at a time")]
    public static partial void Scans(ILogger logger, string address, int count);
}
