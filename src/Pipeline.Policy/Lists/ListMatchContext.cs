using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Lists;

/// <summary>One question to a list while it is being answered.</summary>
internal sealed class ListMatchContext(EvaluationScope scope, ListKind kind, string subject, HostSubject? host, CancellationToken cancellationToken)
{
    public EvaluationScope Scope => scope;

    public ListKind Kind => kind;

    public string Subject => subject;

    public HostSubject? Host => host;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>Local parts are compared with regard to letter case (<c>+caseful</c>).</summary>
    public bool Caseful { get; set; }

    /// <summary>What a host name that cannot be found means (<c>+include_unknown</c>, <c>+ignore_unknown</c>).</summary>
    public HostFailurePolicy Unknown { get; set; }

    /// <summary>What a temporary DNS error means (<c>+include_defer</c>, <c>+ignore_defer</c>).</summary>
    public HostFailurePolicy Deferred { get; set; }

    /// <summary>The same question about another text: a half of an address, say.</summary>
    public ListMatchContext With(ListKind otherKind, string otherSubject) =>
        new(scope, otherKind, otherSubject, host, cancellationToken) { Caseful = Caseful };
}

internal enum HostFailurePolicy
{
    /// <summary>Not found: nothing is in the list. Temporary error: it cannot be said now.</summary>
    Default = 0,
    Include = 1,
    Ignore = 2,
}
