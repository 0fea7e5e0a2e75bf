namespace Pipeline.Policy.Lists;

/// <summary><c>@</c> in a domain list: the name of this host.</summary>
internal sealed class PrimaryHostItem : ListItem
{
    public override ValueTask<ListMatchResult> MatchAsync(ListMatchContext context) =>
        new(context.Subject.Equals(context.Scope.Environment.PrimaryHostname, StringComparison.OrdinalIgnoreCase)
            ? ListMatchResult.Match(context.Subject)
            : ListMatchResult.NoMatch);
}
