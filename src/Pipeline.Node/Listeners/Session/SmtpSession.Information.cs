using Pipeline.Mail.Smtp;

namespace Pipeline.Node.Listeners.Session;

/// <summary>NOOP, HELP, VRFY, EXPN, ETRN and QUIT.</summary>
internal sealed partial class SmtpSession
{
    private async ValueTask InformAsync(SmtpCommand.WithText command, CancellationToken cancellationToken)
    {
        if (!CountNonMail(command.Verb))
        {
            return;
        }

        switch (command.Verb)
        {
            case SmtpVerb.Noop:
                _channel.Reply(SessionReplies.Ok);
                break;
            case SmtpVerb.Help:
                _channel.Reply(SessionReplies.Help(_tls is { IsAvailable: true } && !_channel.IsTls, _receipt.Capabilities.Verifies, _receipt.Capabilities.Expands));
                break;
            case SmtpVerb.Vrfy:
                Answer(await _receipt.VerifyAsync(command.Argument, cancellationToken));
                break;
            case SmtpVerb.Expn:
                Answer(await _receipt.ExpandAsync(command.Argument, cancellationToken));
                break;
            default:
                Refuse(command.Verb, SessionReplies.EtrnProhibited, "ETRN is not permitted");
                break;
        }
    }

    private async ValueTask QuitAsync(CancellationToken cancellationToken)
    {
        if (InTransaction)
        {
            await EndTransactionAsync("QUIT", cancellationToken);
        }

        Answer(await _receipt.QuitAsync(cancellationToken));
        _end = SessionEnd.Orderly;
    }
}
