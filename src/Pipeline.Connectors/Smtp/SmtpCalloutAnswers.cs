using Pipeline.Connectors.Ports;
using Pipeline.Mail.Smtp;
using Pipeline.Policy.Acl.Verification.Callouts;

namespace Pipeline.Connectors.Smtp;

/// <summary>Makes answers of what one host did. The words are those of Exim: people and tools search for them.</summary>
internal sealed class SmtpCalloutAnswers(SmtpPeer peer)
{
    public bool? RandomAccepted { get; set; }

    public bool? PostmasterAccepted { get; set; }

    public CalloutAnswer Accepted() => Of(CalloutOutcome.Accepted);

    public CalloutAnswer Undecided(string why) => Of(CalloutOutcome.Undecided) with { Log = Log(why) };

    /// <summary>The host may not have the message.</summary>
    public CalloutAnswer RequireTlsMissing(DeliveryFailure why) => Of(CalloutOutcome.RequireTlsMissing) with { Log = Log(why.Reason) };

    /// <summary>There was no session.</summary>
    public CalloutAnswer NotOpened(DeliveryFailure failure) => failure is { Class: FailureClass.Permanent, Reply: { } reply, After: { } after }
        ? Refused(CalloutOutcome.SetupRefused, reply, after, failure.Reason)
        : Undecided(failure.Reason);

    /// <param name="sent">The command that was refused for good.</param>
    public CalloutAnswer Refused(CalloutOutcome outcome, SmtpReply reply, string sent) => Refused(
        outcome,
        reply,
        sent,
        outcome == CalloutOutcome.SetupRefused ? $"response to \"{sent}\" was: {OneLine(reply)}" : $"SMTP error from remote mail server after {sent}: {OneLine(reply)}") with
    {
        MailRefused = outcome == CalloutOutcome.SetupRefused,
    };

    /// <summary>As it came: each line with its code.</summary>
    public static string Lines(SmtpReply reply)
    {
        var texts = reply.Lines.IsEmpty ? [""] : reply.Lines;
        return string.Join('\n', texts.Select((text, i) => $"{reply.Code}{(i == texts.Length - 1 ? ' ' : '-')}{(reply.Enhanced is { } enhanced ? $"{enhanced} " : "")}{text}"));
    }

    /// <summary>For the log, which has line ends as Exim shows them.</summary>
    public static string OneLine(SmtpReply reply) => Lines(reply).Replace("\n", "\\n", StringComparison.Ordinal);

    private CalloutAnswer Refused(CalloutOutcome outcome, SmtpReply reply, string sent, string why) =>
        Of(outcome) with { Sent = sent, Response = Lines(reply), Log = Log(why) };

    private CalloutAnswer Of(CalloutOutcome outcome) => new(outcome)
    {
        RandomAccepted = RandomAccepted,
        PostmasterAccepted = PostmasterAccepted,
        Called = peer.EndPoint,
    };

    private string Log(string why) => $"{peer.Host} [{peer.EndPoint?.Address}] : {why}";
}
