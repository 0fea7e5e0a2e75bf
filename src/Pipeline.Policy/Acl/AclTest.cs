namespace Pipeline.Policy.Acl;

internal enum AclTestOutcome
{
    True = 0,
    False = 1,

    /// <summary>False, and the connection is to be closed: a nested ACL ended in <c>drop</c>.</summary>
    FalseAndDrop = 2,

    /// <summary>A nested ACL ended in <c>discard</c>.</summary>
    Discard = 3,
    Defer = 4,
    Error = 5,
}

/// <summary>What a condition found.</summary>
/// <param name="UserMessage">What the client should be told if this decides; null to leave what an earlier condition said.</param>
/// <param name="LogMessage">What the log should say; likewise.</param>
internal readonly record struct AclTest(AclTestOutcome Outcome, string? UserMessage = null, string? LogMessage = null)
{
    public static AclTest True => new(AclTestOutcome.True);

    public static AclTest False => new(AclTestOutcome.False);

    public static AclTest Of(bool holds) => holds ? True : False;

    public static AclTest Failed(string? userMessage, string? logMessage) => new(AclTestOutcome.False, userMessage, logMessage);

    public static AclTest Defer(string logMessage, string? userMessage = null) => new(AclTestOutcome.Defer, userMessage, logMessage);

    public static AclTest Error(string logMessage) => new(AclTestOutcome.Error, null, logMessage);

    /// <summary>The outcome of the condition with a <c>!</c> in front.</summary>
    public AclTest Negate() => Outcome switch
    {
        AclTestOutcome.True or AclTestOutcome.Discard => this with { Outcome = AclTestOutcome.False },
        AclTestOutcome.False or AclTestOutcome.FalseAndDrop => this with { Outcome = AclTestOutcome.True },
        _ => this,
    };
}
