using System.Collections.Immutable;

namespace Pipeline.Mail.Arc;

/// <summary>What verifying the chain of a message found (RFC 8617 section 5.2).</summary>
/// <param name="Reason">Why the chain does not pass, in the words of Exim; empty for pass and none.</param>
public sealed record ArcResult(ArcState State, string Reason)
{
    public static ArcResult None { get; } = new(ArcState.None, "");

    /// <summary>More than <see cref="Reason"/> says, for an operator; may be empty.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The highest instance of the chain; 0 when no field could be read.</summary>
    public int Instances { get; init; }

    /// <summary>The instance at which verification failed; 0 when none did, or none in particular.</summary>
    public int FailedInstance { get; init; }

    /// <summary>The lowest instance whose message signature, and all above it, verify; 0 when the newest does not. 1 means that nothing was changed on the way.</summary>
    public int OldestPass { get; init; }

    /// <summary>s= of the newest message signature; empty when it could not be read.</summary>
    public string Selector { get; init; } = "";

    /// <summary>d= of the message signature of each instance, in order; empty for one that could not be read. Empty unless the chain passes.</summary>
    public ImmutableArray<string> Domains { get; init; } = [];

    /// <summary>none, pass, fail or temperror.</summary>
    public string Word => State.Word();

    internal static ArcResult Fail(string reason, int instance = 0, string detail = "") =>
        new(ArcState.Fail, reason) { FailedInstance = instance, Detail = detail };
}
