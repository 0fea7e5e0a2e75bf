namespace Pipeline.Policy.Authentication;

/// <summary>How a client's attempt to authenticate stands.</summary>
public abstract record AuthenticationStep
{
    private AuthenticationStep()
    {
    }

    /// <summary>The server has something to ask; the exchange goes on with the answer.</summary>
    public sealed record Challenge(ReadOnlyMemory<byte> Octets) : AuthenticationStep;

    /// <param name="Id">$authenticated_id; empty when the authenticator sets none.</param>
    public sealed record Succeeded(string Id) : AuthenticationStep;

    /// <param name="Id">Who it claimed to be, for the log; empty when that is not known.</param>
    public sealed record Failed(string Id) : AuthenticationStep;

    /// <summary>It could not be found out whether the client is who it says.</summary>
    /// <param name="UserMessage">What the policy says to the client; null when it says nothing.</param>
    /// <param name="LogMessage">Why.</param>
    public sealed record Deferred(string Id, string? UserMessage, string LogMessage) : AuthenticationStep;

    /// <summary>The mechanism begins with a challenge, but AUTH had a response already (RFC 4954 section 4).</summary>
    public sealed record InitialResponseUnexpected : AuthenticationStep;
}
