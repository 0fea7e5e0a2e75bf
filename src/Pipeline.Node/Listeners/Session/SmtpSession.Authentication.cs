using Pipeline.Actors.Receipt;
using Pipeline.Mail.Smtp;

namespace Pipeline.Node.Listeners.Session;

/// <summary>AUTH (RFC 4954). The exchange runs inside the command, as the octets of a message come inside DATA.</summary>
internal sealed partial class SmtpSession
{
    /// <summary>The code of a challenge (RFC 4954 section 4).</summary>
    private const int Challenge = 334;

    private bool _takesAuth;
    private bool _authenticated;
    private int _failedAuthentications;

    private async ValueTask AuthenticateAsync(SmtpCommand.Authenticate command, CancellationToken cancellationToken)
    {
        if (!CountNonMail(SmtpVerb.Auth))
        {
            return;
        }

        if (!_takesAuth)
        {
            RefuseAsError(SmtpVerb.Auth, SessionReplies.AuthNotAdvertised, "AUTH when it was not offered");
            return;
        }

        if (_authenticated)
        {
            RefuseAsError(SmtpVerb.Auth, SessionReplies.AlreadyAuthenticated, "AUTH after it had succeeded");
            return;
        }

        ReceiptDecision decision = await _receipt.AuthenticateAsync(command.Mechanism, command.InitialResponse, cancellationToken);
        while (decision.Reply.Code == Challenge)
        {
            if (await AskAsync(decision.Reply) is not { } response)
            {
                return;
            }

            decision = await _receipt.RespondAsync(response, cancellationToken);
        }

        if (decision.Reply.IsPositive || CountFailedAuthentication())
        {
            _authenticated = Answer(decision);
        }
    }

    /// <summary>Sends a challenge and waits for its answer.</summary>
    /// <returns>The answer, decoded; null when there is none to go on with, and all is said.</returns>
    private async ValueTask<byte[]?> AskAsync(SmtpReply challenge)
    {
        // Only the challenge tells the client what to answer.
        if (_channel.MoreBuffered && EnforcesSynchronisation)
        {
            EndOutOfStep(SmtpVerb.Auth);
            return null;
        }

        _channel.Reply(challenge);
        _syntax.AwaitsResponse = true;
        CommandRead read = await _channel.ReadCommandAsync(_syntax);
        _syntax.AwaitsResponse = false;
        switch (read.Command)
        {
            case SmtpCommand.AuthenticationResponse { Octets: { } octets }:
                return octets;
            case SmtpCommand.AuthenticationResponse when CountFailedAuthentication():
                Refuse(SmtpVerb.Auth, SessionReplies.AuthCancelled, "cancelled by the client");
                break;
            case SmtpCommand.Invalid invalid:
                RefuseSyntax(invalid with { Named = SmtpVerb.Auth });
                break;
            case null:
                EndWithoutCommand(read.Status);
                break;
        }

        return null;
    }

    /// <summary>Counts an AUTH that did not succeed; false when it was one too many and the session ends.</summary>
    private bool CountFailedAuthentication()
    {
        if (++_failedAuthentications <= _limits.MaxFailedAuthentications)
        {
            return true;
        }

        const string Reason = "too many failed authentication attempts";
        End(SessionEnd.Abrupt, SmtpVerbNames.Of(SmtpVerb.Auth), SessionReplies.Closing(7, 0, _receipt.Capabilities.HostName, Reason), Reason, SessionBreak.Limit);
        return false;
    }
}
