namespace Pipeline.Policy.Expansion;

/// <summary>How an ACL that a string called has ended.</summary>
public enum AclCallOutcome
{
    Accept = 0,
    Deny = 1,
    Defer = 2,

    /// <summary>Its text is wrong, or it must not be used here.</summary>
    Error = 3,
}

/// <param name="Message">The text of <c>message =</c>, or null when there was none.</param>
public readonly record struct AclCallResult(AclCallOutcome Outcome, string? Message);

/// <summary>Calls ACLs for <c>${acl{…}}</c> and the condition <c>acl{{…}}</c>; set by whoever holds the ACLs.</summary>
public interface IAclCaller
{
    /// <summary>Runs an ACL; it sees the arguments as <c>$acl_arg1</c> and so on.</summary>
    ValueTask<AclCallResult> CallAsync(EvaluationScope scope, string acl, IReadOnlyList<ExpandedText> arguments, CancellationToken cancellationToken);
}
