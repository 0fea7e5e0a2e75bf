using System.Collections.Immutable;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Authentication;

/// <summary><c>driver = external</c>: EXTERNAL (RFC 4422 appendix A), an identity that the policy knows how to judge without a password.</summary>
public sealed class ExternalAuthenticator : AuthenticatorDefinition
{
    private readonly ExpandableString _secondParameter;
    private readonly ExpandableString _thirdParameter;
    private readonly ExpandableString? _clientSend;

    internal ExternalAuthenticator(DriverOptions options)
        : base(options)
    {
        _secondParameter = options.GetExpandable("server_param2", "");
        _thirdParameter = options.GetExpandable("server_param3", "");
        _clientSend = options.GetExpandable("client_send");
    }

    public override bool IsServer => ServerCondition is not null;

    public override bool IsClient => _clientSend is not null;

    internal override ImmutableArray<ExpandableString> ClientTexts => [_clientSend!];

    internal override ServerExchange BeginServer(EvaluationScope scope) => new Server(this, scope);

    internal override ClientExchange BeginClient(EvaluationScope scope) => new Client(this, scope);

    private sealed class Server(ExternalAuthenticator authenticator, EvaluationScope scope) : ServerExchange
    {
        // RFC 4422 appendix A: without an initial response the server asks for the identity with an empty challenge.
        public override ValueTask<AuthenticationStep> BeginAsync(byte[]? initialResponse, CancellationToken cancellationToken) => initialResponse is null
            ? new(new AuthenticationStep.Challenge(default))
            : ContinueAsync(initialResponse, cancellationToken);

        public override async ValueTask<AuthenticationStep> ContinueAsync(byte[] response, CancellationToken cancellationToken)
        {
            var identity = OctetString.FromBytes(response);
            scope.Authentication.Set(identity);
            var second = await authenticator._secondParameter.ExpandAsync(scope, cancellationToken);
            var third = await authenticator._thirdParameter.ExpandAsync(scope, cancellationToken);
            if (!second.IsSuccess || !third.IsSuccess)
            {
                return Unexpanded(second.IsSuccess ? third : second);
            }

            scope.Authentication.Set(identity, second.Value, third.Value);
            return await JudgeAsync(authenticator.ServerCondition!, scope, cancellationToken);
        }
    }

    private sealed class Client(ExternalAuthenticator authenticator, EvaluationScope scope) : ClientExchange
    {
        public override async ValueTask<ClientStep> BeginAsync(CancellationToken cancellationToken)
        {
            var identity = await authenticator._clientSend!.ExpandAsync(scope, cancellationToken);
            return identity.IsSuccess ? new ClientStep.Send(OctetString.ToBytes(identity.Value)) : Unexpanded(identity);
        }

        public override ValueTask<ClientStep> RespondAsync(byte[]? challenge, CancellationToken cancellationToken) => new(TooManyChallenges);
    }
}
