using System.Net;

namespace Pipeline.Node.Admin;

/// <summary>What the admin API logs. Event ids are stable.</summary>
internal static partial class AdminLog
{
    [LoggerMessage(60, LogLevel.Warning, "Admin connection from {Remote} refused: {Subject}: {Reason}")]
    public static partial void CertificateRefused(ILogger logger, EndPoint? remote, string subject, string reason);

    [LoggerMessage(61, LogLevel.Information, "Took the renewed certificate of the admin port; it is good until {NotAfter:u}")]
    public static partial void CertificatesRenewed(ILogger logger, DateTime notAfter);

    [LoggerMessage(62, LogLevel.Error, "The certificate of the admin port has changed and cannot be used; the former one stays: {Reason}")]
    public static partial void CertificatesNotRenewed(ILogger logger, string reason);

    [LoggerMessage(63, LogLevel.Warning, "{Caller} ({Role}) was refused {Method} {Path}")]
    public static partial void OrderRefused(ILogger logger, string caller, AdminRole role, string method, string path);

    [LoggerMessage(65, LogLevel.Information, "Takes orders on {Endpoint} by mutual TLS")]
    public static partial void Listening(ILogger logger, IPEndPoint endpoint);

    [LoggerMessage(64, LogLevel.Information, "Order of {Caller}: {Path}: {Result}")]
    public static partial void OrderCarriedOut(ILogger logger, string caller, string path, string result);
}
