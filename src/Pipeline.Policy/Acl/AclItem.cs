using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Acl;

/// <summary>One condition or modifier as written.</summary>
/// <param name="Variable">For <c>set</c>, the variable's name; else null.</param>
internal sealed record AclItem(AclItemKind Kind, bool Negated, ExpandableString Value, string? Variable, SourceLocation Location)
{
    /// <summary>The value read as a list, for conditions that match a list.</summary>
    public MailList? List { get; } = Kind.MatchesList is { } list ? MailList.Compile(list, Value) : null;

    /// <summary>The item as an operator would write it.</summary>
    public string Text => this switch
    {
        { Kind.TakesValue: false } => Kind.Name,
        { Variable: { } variable } => $"{Kind.Name} {variable} = {Value.Source}",
        _ => $"{(Negated ? "!" : "")}{Kind.Name} = {Value.Source}",
    };
}
