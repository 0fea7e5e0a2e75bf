using System.Collections.Immutable;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Authentication;

/// <summary><c>driver = tls</c>: a client is who its certificate says. No mechanism of AUTH: it is run when TLS has begun, with a certificate that is good.</summary>
public sealed class TlsAuthenticator : AuthenticatorDefinition
{
    private readonly ImmutableArray<ExpandableString> _parameters;

    internal TlsAuthenticator(DriverOptions options)
        : base(options)
    {
        var first = options.GetExpandable("server_param");
        _parameters =
        [
            options.GetExpandable("server_param1") ?? first ?? options.GetExpandable("server_param1", ""),
            options.GetExpandable("server_param2", ""),
            options.GetExpandable("server_param3", ""),
        ];
    }

    /// <summary>No client can name it in AUTH.</summary>
    public override bool IsServer => false;

    public override bool IsClient => false;

    internal override ImmutableArray<ExpandableString> ClientTexts => [];

    /// <summary>Judges the certificate of the connection; one that is not good is not asked about anything.</summary>
    public async ValueTask<AuthenticationStep> AuthenticateAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        using var exchange = new ServerAuthentication(this, scope);
        return scope.Connection.Tls is { CertificateVerified: true } ? await exchange.BeginAsync(null, cancellationToken) : new AuthenticationStep.Failed("");
    }

    internal override ServerExchange BeginServer(EvaluationScope scope) => new Server(this, scope);

    internal override ClientExchange BeginClient(EvaluationScope scope) => throw new InvalidOperationException("the driver is no client");

    private sealed class Server(TlsAuthenticator authenticator, EvaluationScope scope) : ServerExchange
    {
        public override async ValueTask<AuthenticationStep> BeginAsync(byte[]? initialResponse, CancellationToken cancellationToken)
        {
            foreach (var parameter in authenticator._parameters)
            {
                var value = await parameter.ExpandAsync(scope, cancellationToken);
                if (!value.IsSuccess)
                {
                    return Unexpanded(value);
                }

                scope.Authentication.Add(value.Value);
            }

            return authenticator.ServerCondition is { } condition ? await JudgeAsync(condition, scope, cancellationToken) : Success;
        }

        public override ValueTask<AuthenticationStep> ContinueAsync(byte[] response, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("the driver asks the client nothing");
    }
}
