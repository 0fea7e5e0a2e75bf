using Pipeline.Policy.Configuration;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Acl;

/// <summary>What a condition or modifier of one name is and does. Kinds have no state: one instance serves every ACL.</summary>
internal abstract class AclItemKind(string name)
{
    public string Name { get; } = name;

    public abstract bool IsModifier { get; }

    /// <summary>The ACLs it may stand in; reached in another one, it is an error of that ACL.</summary>
    public virtual AclPoints AllowedAt => AclPoints.All;

    /// <summary>Whether the engine expands the value before the kind sees it. Otherwise the kind does, in its own way and time.</summary>
    public virtual bool ExpandsValue => true;

    /// <summary>Whether <c>= value</c> follows the name.</summary>
    public virtual bool TakesValue => true;

    /// <summary>The kind of list that the value is; null when it is no such list.</summary>
    public virtual ListKind? MatchesList => null;

    /// <summary>Checks of the message whose results it awaits.</summary>
    public virtual AclChecks Checks => AclChecks.None;

    /// <summary>The same for a value as written, which may ask for less than the name alone.</summary>
    public virtual AclChecks ChecksOf(string value) => Checks;

    /// <summary>How far what a value, as written, asks for is done.</summary>
    public virtual Support SupportOf(string value) => Support.Done;

    /// <param name="argument">The expanded value; the empty string when the kind expands it itself.</param>
    public abstract ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken);
}

/// <summary>Tests something.</summary>
internal abstract class AclCondition(string name) : AclItemKind(name)
{
    public sealed override bool IsModifier => false;
}

/// <summary>Changes something; it always holds.</summary>
internal abstract class AclModifier(string name) : AclItemKind(name)
{
    public sealed override bool IsModifier => true;
}
