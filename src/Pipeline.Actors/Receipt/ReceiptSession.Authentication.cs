using Pipeline.Mail.Sasl;
using Pipeline.Mail.Smtp;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Authentication;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>AUTH (RFC 4954), by the authenticators of the policy. The words are those of Exim.</summary>
internal sealed partial class ReceiptSession
{
    private const string AuthCommand = "AUTH";

    /// <summary>Octets of a challenge that fit into one line of a reply, which may not be broken.</summary>
    private const int MaxChallenge = (SmtpReplyWriter.MaxLine - 6) / 4 * 3;

    private static readonly SmtpReply Authenticated = new(235, new EnhancedStatusCode(2, 7, 0), "Authentication succeeded");
    private static readonly SmtpReply NotBelieved = new(535, new EnhancedStatusCode(5, 7, 8), "Incorrect authentication data");
    private static readonly SmtpReply InitialResponseUnexpected = new(501, new EnhancedStatusCode(5, 7, 0), "Initial data not expected");
    private static readonly EnhancedStatusCode NotAtPresent = new(4, 7, 0);

    /// <summary>What the last EHLO offered.</summary>
    private ImmutableArray<AuthenticatorDefinition> _offered = [];

    /// <summary>The exchange under way, between a challenge and its answer.</summary>
    private ServerAuthentication? _exchange;

    /// <summary><c>control = allow_auth_unadvertised</c>: any authenticator may be used, offered or not, after HELO too.</summary>
    private bool AllowsUnadvertised => _connection.Controls.Contains("allow_auth_unadvertised");

    public async ValueTask<ReceiptDecision> AuthenticateAsync(string mechanism, byte[]? initialResponse, CancellationToken cancellationToken)
    {
        // Without the initial response: $smtp_command holds no password.
        Command(AuthCommand, mechanism);
        var outcome = await RunAsync(AclPoint.Auth, ConnectionOnlyScope(), cancellationToken);
        if (!outcome.IsAccepted)
        {
            _connection.AuthenticationFailed = true;
            RecordRefusedConnection($"{AuthCommand} {mechanism}", outcome);
            return Answer(new ReceiptDecision(outcome.Reply!, outcome.CloseConnection));
        }

        if (Usable().FirstOrDefault(known => AuthenticatorDefinition.IsSameMechanism(known.PublicName, mechanism)) is not { } authenticator)
        {
            var unsupported = new SmtpReply(504, new EnhancedStatusCode(5, 5, 4), $"{mechanism} authentication mechanism not supported");
            ProtocolIncident(new ProtocolIncident(AuthCommand, unsupported, ""));
            return new ReceiptDecision(unsupported);
        }

        EndExchange();
        _exchange = new ServerAuthentication(authenticator, ConnectionOnlyScope());
        return Conclude(await _exchange.BeginAsync(initialResponse, cancellationToken));
    }

    public async ValueTask<ReceiptDecision> RespondAsync(byte[] response, CancellationToken cancellationToken) =>
        Conclude(await (_exchange ?? throw new InvalidOperationException("no challenge is open")).ContinueAsync(response, cancellationToken));

    private IEnumerable<AuthenticatorDefinition> Usable() =>
        AllowsUnadvertised ? _active.Policy.Authenticators.Where(authenticator => authenticator.IsServer) : _offered;

    /// <summary>Decides which authenticators this EHLO offers.</summary>
    private async ValueTask OfferAuthenticatorsAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        var offered = ImmutableArray.CreateBuilder<AuthenticatorDefinition>();
        // Who is known by a certificate has nothing left to show.
        if (_extended && _connection.AuthenticatorName.Length == 0 && await CapabilityOffer.MatchesAsync(Options.AuthAdvertiseHosts, scope, cancellationToken))
        {
            foreach (var authenticator in _active.Policy.Authenticators)
            {
                if (await authenticator.IsAdvertisedAsync(scope, cancellationToken))
                {
                    offered.Add(authenticator);
                }
            }
        }

        _offered = offered.ToImmutable();
        Capabilities = Capabilities with { Mechanisms = [.. _offered.Select(authenticator => authenticator.PublicName)], TakesUnadvertisedAuth = AllowsUnadvertised };
    }

    private ReceiptDecision Conclude(AuthenticationStep step)
    {
        switch (step)
        {
            case AuthenticationStep.Challenge { Octets.Length: <= MaxChallenge } challenge:
                return new ReceiptDecision(new SmtpReply(334, SaslBase64.Encode(challenge.Octets.Span)));
            case AuthenticationStep.Challenge:
                return Failed(NotNow(null), "", "the prompt is too long for a reply");
            case AuthenticationStep.Succeeded succeeded:
                _connection.AuthenticatorName = _exchange!.Authenticator.Name;
                _connection.AuthenticatedId = succeeded.Id;
                EndExchange();
                SetProtocol();
                return new ReceiptDecision(Authenticated);
            case AuthenticationStep.Failed failed:
                return Failed(NotBelieved, failed.Id);
            case AuthenticationStep.Deferred deferred:
                return Failed(NotNow(deferred.UserMessage), deferred.Id, deferred.LogMessage);
            default:
                return Failed(InitialResponseUnexpected, "");
        }
    }

    private static SmtpReply NotNow(string? why) =>
        new(435, NotAtPresent, [.. ReplyText.Split("Unable to authenticate at present" + (string.IsNullOrEmpty(why) ? "" : ": " + why))]);

    /// <summary>Ends the exchange under way without success.</summary>
    /// <param name="id">Who the client claims to be; empty when that is not known.</param>
    /// <param name="why">What the log says beside the reply.</param>
    private ReceiptDecision Failed(SmtpReply reply, string id, string why = "")
    {
        var name = _exchange!.Authenticator.Name;
        EndExchange();
        _connection.AuthenticationFailed = true;
        if (id.Length > 0)
        {
            _connection.AuthenticatedFailId = id;
        }

        // The enhanced code is left out: this is the line that programs look for which shut out guessers of passwords.
        var words = why.Length == 0 || reply.Text.EndsWith(why, StringComparison.Ordinal) ? $"{reply.Code} {reply.Text}" : $"{reply.Code} {reply.Text}: {why}";
        var claimed = id.Length == 0 ? "" : $" (set_id={id})";
        RecordWithoutMessage(new MessageRefused(AuthCommand, reply.ToString(), $"{name} authenticator failed: {words}{OctetString.ToText(claimed)}"));
        _services.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Reject, $"{name} authenticator failed for {LogText.Host(_connection)}: {words}{claimed}");
        return new ReceiptDecision(reply);
    }

    private void EndExchange()
    {
        _exchange?.Dispose();
        _exchange = null;
    }

    /// <summary>What is known of who the client is has come to nothing (RFC 3207 section 4.2).</summary>
    private void ForgetAuthentication()
    {
        _offered = [];
        EndExchange();
        _connection.AuthenticatorName = "";
        _connection.AuthenticatedId = "";
    }
}
