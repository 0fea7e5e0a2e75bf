using System.Collections.Immutable;
using Pipeline.Mail.Sasl;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Authentication;

/// <summary><c>driver = cram_md5</c>: CRAM-MD5 (RFC 2195).</summary>
public sealed class CramMd5Authenticator : AuthenticatorDefinition
{
    private readonly ExpandableString? _serverSecret;
    private readonly ExpandableString _clientName;
    private readonly ExpandableString? _clientSecret;

    internal CramMd5Authenticator(DriverOptions options)
        : base(options)
    {
        _serverSecret = options.GetExpandable("server_secret");
        _clientName = options.GetExpandable("client_name", "$primary_hostname");
        _clientSecret = options.GetExpandable("client_secret");
    }

    public override bool IsServer => _serverSecret is not null;

    public override bool IsClient => _clientSecret is not null;

    internal override ImmutableArray<ExpandableString> ClientTexts => [_clientName, _clientSecret!];

    internal override ServerExchange BeginServer(EvaluationScope scope) => new Server(this, scope);

    internal override ClientExchange BeginClient(EvaluationScope scope) => new Client(this, scope);

    private sealed class Server(CramMd5Authenticator authenticator, EvaluationScope scope) : ServerExchange
    {
        private byte[] _challenge = [];

        public override ValueTask<AuthenticationStep> BeginAsync(byte[]? initialResponse, CancellationToken cancellationToken)
        {
            if (initialResponse is not null)
            {
                return new(new AuthenticationStep.InitialResponseUnexpected());
            }

            _challenge = CramMd5.MakeChallenge(scope.Environment.PrimaryHostname);
            return new(new AuthenticationStep.Challenge(_challenge));
        }

        public override async ValueTask<AuthenticationStep> ContinueAsync(byte[] response, CancellationToken cancellationToken)
        {
            if (!CramMd5.TryRead(response, out var user, out var digest))
            {
                return Failure;
            }

            var claimed = digest.ToArray();
            scope.Authentication.Set(OctetString.FromBytes(user));
            var secret = await authenticator._serverSecret!.ExpandAsync(scope, cancellationToken);
            if (!secret.IsSuccess)
            {
                return Unexpanded(secret);
            }

            // An empty secret is what a lookup without "fail" gives for nobody: whoever knows that must not come in by it.
            if (secret.Value.Length == 0 || !CramMd5.Verify(claimed, OctetString.ToBytes(secret.Value), _challenge))
            {
                return Failure;
            }

            return authenticator.ServerCondition is { } condition ? await JudgeAsync(condition, scope, cancellationToken) : Success;
        }
    }

    private sealed class Client(CramMd5Authenticator authenticator, EvaluationScope scope) : ClientExchange
    {
        private bool _responded;

        public override ValueTask<ClientStep> BeginAsync(CancellationToken cancellationToken) => new(new ClientStep.Send(null));

        public override async ValueTask<ClientStep> RespondAsync(byte[]? challenge, CancellationToken cancellationToken)
        {
            if (challenge is null)
            {
                return InvalidChallenge;
            }

            if (_responded)
            {
                return TooManyChallenges;
            }

            _responded = true;
            var name = await authenticator._clientName.ExpandAsync(scope, cancellationToken);
            var secret = await authenticator._clientSecret!.ExpandAsync(scope, cancellationToken);
            if (!name.IsSuccess || !secret.IsSuccess)
            {
                return Unexpanded(name.IsSuccess ? secret : name);
            }

            return new ClientStep.Send(CramMd5.Respond(OctetString.ToBytes(name.Value), OctetString.ToBytes(secret.Value), challenge));
        }
    }
}
