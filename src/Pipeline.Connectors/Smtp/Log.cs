using System.Net;
using Microsoft.Extensions.Logging;
using Pipeline.Mail.Message;

namespace Pipeline.Connectors.Smtp;

internal static partial class Log
{
    [LoggerMessage(EventId = 5100, Level = LogLevel.Information, Message = "{MessageId}: H={Host} [{Ip}]:{Port} {Reason} ({Detail})")]
    public static partial void HostFailed(ILogger logger, MessageId messageId, string? host, IPAddress? ip, int port, string reason, string? detail);
}
