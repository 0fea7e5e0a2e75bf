using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Authentication;

/// <summary>A driver's side of one exchange with a client. It ends with a step that is no challenge; what it says of ids is not looked at.</summary>
internal abstract class ServerExchange : IDisposable
{
    /// <param name="initialResponse">Null when AUTH had none.</param>
    public abstract ValueTask<AuthenticationStep> BeginAsync(byte[]? initialResponse, CancellationToken cancellationToken);

    /// <param name="response">The answer to the last challenge.</param>
    public abstract ValueTask<AuthenticationStep> ContinueAsync(byte[] response, CancellationToken cancellationToken);

    /// <summary>Ends it, wherever it stands.</summary>
    public virtual void Dispose()
    {
    }

    protected static AuthenticationStep Success { get; } = new AuthenticationStep.Succeeded("");

    protected static AuthenticationStep Failure { get; } = new AuthenticationStep.Failed("");

    protected static AuthenticationStep Deferral(string logMessage, string? userMessage = null) => new AuthenticationStep.Deferred("", userMessage, logMessage);

    /// <summary>An expansion that gave nothing: forced to fail it says no, everything else is a problem of this side.</summary>
    protected static AuthenticationStep Unexpanded(ExpansionResult result) =>
        result.Outcome == ExpansionOutcome.ForcedFailure ? Failure : Deferral(result.Message);

    /// <summary>server_condition: yes, no, or a text that is neither and is told to the client as a temporary failure.</summary>
    protected static async ValueTask<AuthenticationStep> JudgeAsync(ExpandableString condition, EvaluationScope scope, CancellationToken cancellationToken)
    {
        var result = await condition.ExpandAsync(scope, cancellationToken);
        return !result.IsSuccess ? Unexpanded(result) : result.Value.Trim().ToLowerInvariant() switch
        {
            "" or "0" or "no" or "false" => Failure,
            "1" or "yes" or "true" => Success,
            _ => Deferral(result.Value, result.Value),
        };
    }
}
