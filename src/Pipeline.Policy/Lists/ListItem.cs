namespace Pipeline.Policy.Lists;

/// <summary>One item of a list.</summary>
internal abstract class ListItem
{
    public abstract ValueTask<ListMatchResult> MatchAsync(ListMatchContext context);
}
