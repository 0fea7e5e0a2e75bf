using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl;

/// <summary>One run of an ACL, with the ACLs nested in it.</summary>
internal sealed class AclEvaluation(AclEngine engine, AclPoint point, EvaluationScope scope)
{
    public const int MaxDepth = 20;

    public AclEngine Engine { get; } = engine;

    public AclPoint Point { get; } = point;

    public EvaluationScope Scope { get; } = scope;

    /// <summary>How many ACLs are running inside each other, those called by expansions included.</summary>
    public int Depth
    {
        get => Scope.Transient.AclDepth;
        set => Scope.Transient.AclDepth = value;
    }

    /// <summary>What the client will be told if the statement in progress decides.</summary>
    public string? UserMessage { get; set; }

    /// <summary>What the log will be told then.</summary>
    public string? LogMessage { get; set; }

    /// <summary>Where the expanded value of the condition or modifier in progress comes from.</summary>
    public Taint ArgumentTaint { get; set; }

    /// <summary>A failed verification of the sender whose details the client has not been told yet.</summary>
    public SenderVerifyDetails? SenderVerify { get; set; }

    /// <summary>Set by <c>log_reject_target</c>.</summary>
    public PolicyLogTarget RejectLogTarget { get; set; } = PolicyLogTarget.Main | PolicyLogTarget.Reject;

    /// <summary>A <c>defer</c> statement, or a callout, decided: its text is meant for the client. Causes of other deferrals are not.</summary>
    public bool ShowsTemporaryDetails { get; set; }

    /// <summary>The statement in progress of the innermost ACL.</summary>
    public StatementRun Statement { get; set; } = new(AclVerb.Warn);

    public MessageScope Message => Scope.Message;

    public ConnectionScope Connection => Scope.Connection;

    public void SetVariable(string name, string value) => Message.ConditionVariables[name] = value;

    public void Log(PolicyLogTarget target, string line) => Scope.Environment.Log.Write(target, line);

    /// <param name="selector">Of <c>log_selector</c>.</param>
    public void Log(string selector, PolicyLogTarget target, string line) => Scope.Environment.WriteLog(selector, target, line);

    /// <summary>Tells a test session, ACLs inside ACLs one column further in.</summary>
    public void Trace(string line) => Scope.TraceOf(PolicyTopics.Acl)?.Write(PolicyTopics.Acl, Depth > 1 ? new string(' ', Depth - 1) + line : line);
}

/// <summary>What the modifiers of a statement in progress have left for its end.</summary>
internal sealed class StatementRun(AclVerb verb)
{
    public AclVerb Verb { get; } = verb;

    public ExpandableString? UserMessage { get; set; }

    public ExpandableString? LogMessage { get; set; }

    public bool EndpassSeen { get; set; }
}

/// <param name="Address">The sender that did not verify.</param>
/// <param name="Texts">What the client is told of it, before the reply that it would get without: one or more lines each.</param>
/// <param name="IsDeferred">The sender could not be verified now.</param>
internal sealed record SenderVerifyDetails(string Address, string[] Texts, bool IsDeferred = false);
