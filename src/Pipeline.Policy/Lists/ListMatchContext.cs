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

    /// <summary>Nothing behind this item is looked at: the subject is not in the list.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>What a host name that cannot be found means (<c>+include_unknown</c>, <c>+ignore_unknown</c>).</summary>
    public HostFailurePolicy Unknown { get; set; }

    /// <summary>What a temporary DNS error means (<c>+include_defer</c>, <c>+ignore_defer</c>).</summary>
    public HostFailurePolicy Deferred { get; set; }

    /// <summary>Takes what the asterisks, groups and partial keys of the items that match stand for, in their order; null when nobody asks.</summary>
    public List<string>? Captures { get; init; }

    /// <summary>The subject is a path as a client wrote it, which need not be an address.</summary>
    public bool IsPath { get; init; }

    /// <summary>The list being tried, as written.</summary>
    public string Source { get; set; } = "";

    /// <summary>Where its text comes from.</summary>
    public Taint Taint { get; set; }

    /// <summary>Whether an item must not name a file because a peer has had a hand in it.</summary>
    /// <param name="words">What is said of the name, in front of it.</param>
    /// <returns>The complaint, or null when the item may be used.</returns>
    public string? Refusal(string words, string name) =>
        Taint != Taint.None && $"{words} '{name}'" is var complaint && scope.Environment.Tainting.Refuses(scope, Taint, Source, complaint) ? complaint : null;

    public void Stop() => IsStopped = true;

    /// <summary>The same question to a list of its own, whose flags do not spread to the outer one.</summary>
    public ListMatchContext Nested() => With(kind, subject);

    /// <summary>The same question about another text: a half of an address, say.</summary>
    public ListMatchContext With(ListKind otherKind, string otherSubject) =>
        new(scope, otherKind, otherSubject, host, cancellationToken) { Caseful = Caseful, Unknown = Unknown, Deferred = Deferred, Captures = Captures, Source = Source, Taint = Taint };
}

internal enum HostFailurePolicy
{
    /// <summary>Not found: nothing is in the list. Temporary error: it cannot be said now.</summary>
    Default = 0,
    Include = 1,
    Ignore = 2,
}
