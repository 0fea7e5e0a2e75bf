using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Authentication;

/// <summary>One client's attempt to authenticate: the exchange of the driver, and the id that it brings. One flow of control.</summary>
public sealed class ServerAuthentication : IDisposable
{
    private readonly EvaluationScope _scope;
    private readonly ServerExchange _exchange;

    /// <param name="authenticator">One that is a server.</param>
    /// <param name="scope">Of the connection; its authentication values are those of this attempt.</param>
    public ServerAuthentication(AuthenticatorDefinition authenticator, EvaluationScope scope)
    {
        Authenticator = authenticator;
        _scope = scope;
        _exchange = authenticator.BeginServer(scope);
    }

    public AuthenticatorDefinition Authenticator { get; }

    /// <summary>Begins.</summary>
    /// <param name="initialResponse">Decoded; null when AUTH had none.</param>
    public async ValueTask<AuthenticationStep> BeginAsync(byte[]? initialResponse, CancellationToken cancellationToken) =>
        await WithIdAsync(await _exchange.BeginAsync(initialResponse, cancellationToken), cancellationToken);

    /// <summary>Goes on with the answer to the last challenge.</summary>
    public async ValueTask<AuthenticationStep> ContinueAsync(byte[] response, CancellationToken cancellationToken) =>
        await WithIdAsync(await _exchange.ContinueAsync(response, cancellationToken), cancellationToken);

    /// <summary>Who the client claims to be, as far as it has said so.</summary>
    public ValueTask<string> IdAsync(CancellationToken cancellationToken) => Authenticator.ServerIdAsync(_scope, cancellationToken);

    public void Dispose() => _exchange.Dispose();

    private async ValueTask<AuthenticationStep> WithIdAsync(AuthenticationStep step, CancellationToken cancellationToken) => step switch
    {
        AuthenticationStep.Succeeded => new AuthenticationStep.Succeeded(await IdAsync(cancellationToken)),
        AuthenticationStep.Failed => new AuthenticationStep.Failed(await IdAsync(cancellationToken)),
        AuthenticationStep.Deferred deferred => deferred with { Id = await IdAsync(cancellationToken) },
        _ => step,
    };
}
