using System.Net;

namespace Pipeline.Node.Listeners;

/// <summary>What the listeners log. What a client did is for the journal, through the receipt session; here is what concerns the server.</summary>
internal static partial class ListenerLog
{
    [LoggerMessage(EventId = 2000, Level = LogLevel.Information, Message = "listening for SMTP on {Endpoint} (implicit TLS: {ImplicitTls})")]
    public static partial void Listening(ILogger log, IPEndPoint endpoint, bool implicitTls);

    [LoggerMessage(EventId = 2001, Level = LogLevel.Warning, Message = "connection from proxy {Proxy} without PROXY header was aborted")]
    public static partial void ProxyHeaderMissing(ILogger log, IPAddress proxy);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Information, Message = "TLS with {Client} failed: {Reason}")]
    public static partial void TlsFailed(ILogger log, EndPoint? client, string reason);

    [LoggerMessage(EventId = 2003, Level = LogLevel.Debug, Message = "connection from {Client} was lost")]
    public static partial void ConnectionLost(ILogger log, EndPoint? client, Exception exception);

    [LoggerMessage(EventId = 2004, Level = LogLevel.Error, Message = "SMTP session with {Client} ended by an internal failure")]
    public static partial void SessionFailed(ILogger log, EndPoint? client, Exception exception);

    [LoggerMessage(EventId = 2005, Level = LogLevel.Debug, Message = "connection from {Client} refused: {Reason}")]
    public static partial void ConnectionRefused(ILogger log, EndPoint? client, string reason);
}
