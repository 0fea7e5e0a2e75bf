using Pipeline.Connectors.Ports;
using Pipeline.Policy.Retry;

namespace Pipeline.Actors.Delivery;

/// <summary>Failures of attempts as retry rules name them.</summary>
internal static class RetryFailures
{
    public static RetryFailure Of(DeliveryFailure failure) => Of(failure.Class, CodeOf(failure));

    /// <param name="replyCode">Of a 4xx reply; else 0.</param>
    public static RetryFailure Of(FailureClass failure, int replyCode) => new(Kind(failure), ReplyCode: replyCode);

    public static int CodeOf(DeliveryFailure failure) => failure.Reply is { IsTransient: true } reply ? reply.Code : 0;

    private static FailureKind Kind(FailureClass failure) => failure switch
    {
        FailureClass.ConnectionRefused => FailureKind.ConnectionRefused,
        FailureClass.ConnectionTimeout => FailureKind.ConnectTimeout,
        FailureClass.Timeout => FailureKind.Timeout,
        FailureClass.LostConnection or FailureClass.InDoubt => FailureKind.LostConnection,
        FailureClass.Lookup => FailureKind.Lookup,
        FailureClass.TlsRequired or FailureClass.TlsFailed => FailureKind.TlsRequired,
        FailureClass.AuthFailed => FailureKind.AuthFailed,
        FailureClass.Mail4xx => FailureKind.Mail4xx,
        FailureClass.Rcpt4xx => FailureKind.Rcpt4xx,
        FailureClass.Data4xx => FailureKind.Data4xx,
        FailureClass.Quota => FailureKind.Quota,
        _ => FailureKind.Other,
    };
}
