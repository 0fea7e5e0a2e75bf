using System.Net;
using Microsoft.Extensions.Logging;
using Pipeline.Mail.Message;

namespace Pipeline.Connectors.Smtp;

internal static partial class Log
{
    [LoggerMessage(EventId = 5100, Level = LogLevel.Information, Message = "{MessageId}: H={Host} [{Ip}]:{Port} {Reason}{Detail}")]
    public static partial void HostFailed(ILogger logger, MessageId messageId, string? host, IPAddress? ip, int port, string reason, string detail);

    [LoggerMessage(EventId = 5101, Level = LogLevel.Warning, Message = "DKIM: not signed for {Selector}._domainkey.{Domain}: {Problem}")]
    public static partial void NotSigned(ILogger logger, string domain, string selector, string problem);

    [LoggerMessage(EventId = 5102, Level = LogLevel.Warning, Message = "ARC: {Problem} (transport {Transport}; sent without a seal)")]
    public static partial void NotSealed(ILogger logger, string problem, string transport);
}
