using System.Net;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Smtp;

namespace Pipeline.Connectors.Smtp;

/// <summary>The other side of a connection, and the words for what it does to us. The words are those of Exim: people and tools search for them.</summary>
/// <param name="endPoint">Null for a peer on this machine that is not reached over IP; it has no name for reports then.</param>
internal sealed class SmtpPeer(string host, IPEndPoint? endPoint)
{
    /// <summary>What was answered where nothing had been said.</summary>
    public const string InitialConnection = "initial connection";

    public string? Host => endPoint is null ? null : host;

    public IPEndPoint? EndPoint => endPoint;

    /// <summary>The SOCKS proxy through which it is reached; null without one.</summary>
    public IPAddress? Proxy { get; set; }

    /// <summary>First line of the greeting, with its code.</summary>
    public string? Greeting { get; set; }

    /// <summary>First line of the last reply to EHLO, LHLO or HELO, with its code.</summary>
    public string? HeloResponse { get; set; }

    /// <param name="reason">Public: for the sender of the message.</param>
    /// <param name="detail">For the operator only.</param>
    public DeliveryFailure Failure(FailureClass failureClass, string reason, SmtpReply? reply = null, string? detail = null, bool hostWide = false) => new()
    {
        Class = failureClass,
        Reason = reason,
        Internal = detail,
        Reply = reply,
        Host = Host,
        Ip = endPoint?.Address,
        Port = endPoint?.Port ?? 0,
        Greeting = Greeting,
        HeloResponse = HeloResponse,
        HostWide = hostWide,
    };

    /// <summary>A reply that says no.</summary>
    /// <param name="after">What it answers: a command, <c>initial connection</c>, <c>end of data</c>.</param>
    public DeliveryFailure Refusal(SmtpReply reply, string after, FailureClass whenTemporary, bool hostWide = false) => Failure(
        reply.IsPermanent ? FailureClass.Permanent : whenTemporary,
        endPoint is null ? $"LMTP error after {after}: {reply}" : $"SMTP error from remote mail server after {after}: {reply}",
        reply,
        hostWide: hostWide) with
    {
        After = after,
    };

    /// <summary>No reply at all.</summary>
    /// <param name="problem">For a malformed one, what is wrong with it.</param>
    public DeliveryFailure Silence(SmtpIoStatus status, string after, string? problem = null, bool hostWide = false) => status switch
    {
        SmtpIoStatus.TimedOut when endPoint is null => Failure(FailureClass.Timeout, $"LMTP timeout after {after}", hostWide: hostWide),
        SmtpIoStatus.Closed when endPoint is null => Failure(FailureClass.LostConnection, $"LMTP connection closed after {after}", hostWide: hostWide),
        SmtpIoStatus.TimedOut => Failure(FailureClass.Timeout, $"SMTP timeout after {after}: Connection timed out", hostWide: hostWide),
        SmtpIoStatus.Malformed => Failure(FailureClass.Other, $"Malformed SMTP reply in response to {after}: {problem}", hostWide: hostWide),
        SmtpIoStatus.Cancelled => Failure(FailureClass.Interrupted, "delivery was interrupted"),
        _ => Failure(FailureClass.LostConnection, $"Remote host closed connection in response to {after}", hostWide: hostWide),
    };
}
