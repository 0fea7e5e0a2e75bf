using Pipeline.Messages.Journal;
using Pipeline.Policy.Acl;

namespace Pipeline.Actors.Receipt;

/// <summary>Turns what an ACL decided into its event.</summary>
internal static class AclEvents
{
    public static AclDecided Decided(AclOutcome outcome, string? recipient, string? signer = null) => new(
        Name(outcome.Point),
        Word(outcome.Verdict),
        outcome.Deciding?.Verb.Word,
        outcome.Deciding is { Location: { } location } ? new PolicySource(location.File, location.Line) : null,
        recipient,
        outcome.UserMessage,
        outcome.LogMessage,
        signer);

    private static string Name(AclPoint point) => point switch
    {
        AclPoint.Connect => "connect",
        AclPoint.Helo => "helo",
        AclPoint.StartTls => "starttls",
        AclPoint.Auth => "auth",
        AclPoint.MailAuth => "mailauth",
        AclPoint.Mail => "mail",
        AclPoint.Rcpt => "rcpt",
        AclPoint.Predata => "predata",
        AclPoint.Dkim => "dkim",
        AclPoint.DataPrdr => "data_prdr",
        AclPoint.Data => "data",
        AclPoint.NotSmtpStart => "not_smtp_start",
        AclPoint.NotSmtpMime => "not_smtp_mime",
        AclPoint.NotSmtp => "not_smtp",
        AclPoint.Vrfy => "vrfy",
        AclPoint.Quit => "quit",
        _ => point.ToString().ToLowerInvariant(),
    };

    private static string Word(AclVerdict verdict) => verdict switch
    {
        AclVerdict.Accept => "accept",
        AclVerdict.Deny => "deny",
        AclVerdict.Drop => "drop",
        AclVerdict.Defer => "defer",
        AclVerdict.Discard => "discard",
        _ => "error",
    };
}
