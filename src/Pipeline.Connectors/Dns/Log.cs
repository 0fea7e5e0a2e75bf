using Microsoft.Extensions.Logging;
using Pipeline.Mail.Dns;

namespace Pipeline.Connectors.Dns;

internal static partial class Log
{
    [LoggerMessage(EventId = 5000, Level = LogLevel.Error, Message = "DNS query {Name} {Type} ended by an internal error")]
    public static partial void QueryFailed(ILogger logger, Exception exception, string name, DnsRecordType type);

    [LoggerMessage(EventId = 5001, Level = LogLevel.Debug, Message = "DNS query {Name} {Type} unanswered: {Reason}")]
    public static partial void QueryUnanswered(ILogger logger, string name, DnsRecordType type, string? reason);
}
