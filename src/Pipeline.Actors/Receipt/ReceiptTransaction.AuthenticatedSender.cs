using Pipeline.Mail.Smtp;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>AUTH= of MAIL (RFC 4954 section 5): who had submitted the message, where policy believes the client that says so.</summary>
internal sealed partial class ReceiptTransaction
{
    /// <summary>Decides on $authenticated_sender.</summary>
    /// <returns>The refusal of MAIL when it could not be decided now; null otherwise.</returns>
    private async ValueTask<ReceiptDecision?> TakeAuthenticatedSenderAsync(CancellationToken cancellationToken)
    {
        if (_mail.Auth is null or "" or "<>")
        {
            return null;
        }

        _scope.Message.AuthenticatedSender = OctetString.FromText(_mail.Auth);
        if (_active.Policy.HasAcl(AclPoint.MailAuth))
        {
            var outcome = await RunAsync(AclPoint.MailAuth, null, cancellationToken);
            if (outcome.Verdict is AclVerdict.Defer or AclVerdict.Error)
            {
                return new ReceiptDecision(outcome.UserMessage is { } message ? new SmtpReply(451, message) : Undecided);
            }

            if (outcome.Verdict != AclVerdict.Accept)
            {
                IgnoreAuthenticatedSender(outcome.LogMessage ?? outcome.UserMessage ?? "rejected by acl_smtp_mailauth");
                return null;
            }
        }
        else if (_scope.Connection.AuthenticatorName.Length == 0)
        {
            IgnoreAuthenticatedSender("client not authenticated");
            return null;
        }

        var authenticator = _active.Policy.Authenticators.FirstOrDefault(known => known.Name == _scope.Connection.AuthenticatorName);
        if (authenticator is not null && !await authenticator.KeepsMailAuthAsync(_scope, cancellationToken))
        {
            IgnoreAuthenticatedSender("server_mail_auth_condition failed");
        }

        return null;
    }

    private void IgnoreAuthenticatedSender(string why)
    {
        _services.Log.Write(PolicyLogTarget.Main, $"ignoring AUTH={_scope.Message.AuthenticatedSender} from {LogText.Host(_scope.Connection)} ({why})");
        _scope.Message.AuthenticatedSender = "";
    }
}
