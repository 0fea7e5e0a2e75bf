using Pipeline.Actors.Receipt;
using Pipeline.Mail.Smtp;

namespace Pipeline.Node.Listeners.Session;

/// <summary>The count of commands that carry no mail (<c>smtp_accept_max_nonmail</c>).</summary>
/// <remarks>
/// Not counted are: one EHLO or HELO, one RSET and one STARTTLS before each message; an EHLO or HELO behind STARTTLS; and the first AUTH of a session, or behind STARTTLS.
/// A client that does only what sending mail takes is never counted, however many messages it sends.
/// </remarks>
internal sealed partial class SmtpSession
{
    private int _nonMailCommands;
    private bool _mayHello = true;
    private bool _mayReset = true;
    private bool _mayStartTls = true;
    private bool _mayAuthenticate = true;

    /// <summary>Counts a command that carries no mail; false when it was one too many and the session ends.</summary>
    private bool CountNonMail(SmtpVerb verb)
    {
        if (IsFree(verb) || ++_nonMailCommands <= _receipt.Rules.MaxNonMailCommands)
        {
            return true;
        }

        End(SessionEnd.Abrupt, SmtpVerbNames.Of(verb), SessionReplies.TooManyNonMailCommands, "too many nonmail commands", SessionBreak.TooManyNonMailCommands);
        return false;
    }

    /// <summary>A message has come, and been answered.</summary>
    private void ExpectMessage() => (_mayReset, _mayStartTls, _mayHello) = (true, true, true);

    private bool IsFree(SmtpVerb verb) => verb switch
    {
        SmtpVerb.Ehlo or SmtpVerb.Helo => Take(ref _mayHello),
        SmtpVerb.Rset => Take(ref _mayReset),
        SmtpVerb.StartTls => Take(ref _mayStartTls),
        SmtpVerb.Auth => Take(ref _mayAuthenticate),
        SmtpVerb.Mail or SmtpVerb.Rcpt or SmtpVerb.Data or SmtpVerb.Bdat or SmtpVerb.Quit => true,
        _ => false,
    };

    private static bool Take(ref bool may)
    {
        var was = may;
        may = false;
        return was;
    }
}
