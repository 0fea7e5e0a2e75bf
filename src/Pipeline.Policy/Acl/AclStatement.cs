using System.Collections.Immutable;
using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Acl;

/// <summary>One statement of an ACL: a verb with its conditions and modifiers, in the order written.</summary>
/// <param name="AclName">The ACL it stands in; its file name, or the word <c>inline</c>, for one without a name.</param>
/// <param name="Location">The line of the verb.</param>
public sealed record AclStatement(AclVerb Verb, string AclName, SourceLocation Location)
{
    internal ImmutableArray<AclItem> Items { get; init; } = [];

    public override string ToString() => $"{Verb.Word} ({AclName}, {Location})";
}
