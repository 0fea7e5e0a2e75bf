using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Authentication;

/// <summary>A driver's side of one exchange with a server.</summary>
internal abstract class ClientExchange
{
    /// <summary>What goes with AUTH.</summary>
    public abstract ValueTask<ClientStep> BeginAsync(CancellationToken cancellationToken);

    /// <param name="challenge">Decoded; null when it was not BASE64.</param>
    public abstract ValueTask<ClientStep> RespondAsync(byte[]? challenge, CancellationToken cancellationToken);

    protected static ClientStep Unexpanded(ExpansionResult result) =>
        result.Outcome == ExpansionOutcome.ForcedFailure ? new ClientStep.Abandon() : new ClientStep.Fail(result.Message);

    protected static ClientStep InvalidChallenge { get; } = new ClientStep.Fail("invalid base64 string in the challenge of the server");

    protected static ClientStep TooManyChallenges { get; } = new ClientStep.Fail("the server asks for more than the authenticator has to send");
}
