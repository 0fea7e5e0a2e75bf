using Pipeline.Mail.Smtp;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Authentication;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Tls;

namespace Pipeline.Actors.Receipt;

/// <summary>TLS with the client: whether it may begin, on what terms, and what changes when it has begun.</summary>
internal sealed partial class ReceiptSession
{
    public async ValueTask<ReceiptDecision> StartTlsAsync(CancellationToken cancellationToken)
    {
        Command("STARTTLS");
        var outcome = await RunAsync(AclPoint.StartTls, ConnectionOnlyScope(), cancellationToken);
        if (!outcome.IsAccepted)
        {
            RecordRefusedConnection("STARTTLS", outcome);
            return Answer(new ReceiptDecision(outcome.Reply!, outcome.CloseConnection));
        }

        return new ReceiptDecision(new SmtpReply(220, "TLS go ahead"));
    }

    public async ValueTask<ServerTlsTerms?> TlsTermsAsync(CancellationToken cancellationToken)
    {
        var (terms, problem) = await ServerTlsPolicy.TermsAsync(Options, _services.Certificates, ConnectionOnlyScope(), cancellationToken);
        if (terms is null)
        {
            _services.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, $"TLS error on connection from {Peer} {problem}");
        }

        return terms;
    }

    public async ValueTask TlsEstablishedAsync(TlsFacts facts, CancellationToken cancellationToken)
    {
        _connection.Tls = facts;
        _connection.HeloName = "";
        _extended = false;
        ForgetAuthentication();
        await AuthenticateByCertificateAsync(cancellationToken);
        SetProtocol();
    }

    /// <summary>The first authenticator that knows the client by its certificate says who it is. None of them is a failure: there may be others to come by AUTH.</summary>
    private async ValueTask AuthenticateByCertificateAsync(CancellationToken cancellationToken)
    {
        foreach (var authenticator in _active.Policy.Authenticators.OfType<TlsAuthenticator>())
        {
            switch (await authenticator.AuthenticateAsync(ConnectionOnlyScope(), cancellationToken))
            {
                case AuthenticationStep.Succeeded succeeded:
                    _connection.AuthenticatorName = authenticator.Name;
                    _connection.AuthenticatedId = succeeded.Id;
                    return;
                case AuthenticationStep.Deferred deferred:
                    _services.Log.Write(PolicyLogTarget.Main, $"{authenticator.Name} authenticator did not decide for {LogText.Host(_connection)}: {deferred.LogMessage}");
                    break;
            }
        }
    }
}
