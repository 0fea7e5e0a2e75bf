namespace Pipeline.Policy.Lists;

/// <summary>An item that changes how the items behind it are compared: <c>+caseful</c>, <c>+include_unknown</c> and so on.</summary>
internal sealed class FlagItem(Action<ListMatchContext> apply) : ListItem
{
    public static FlagItem? TryParse(ListKind kind, string text) => (kind, text) switch
    {
        (ListKind.Address or ListKind.LocalPart, "+caseful") => new FlagItem(c => c.Caseful = true),
        (ListKind.Host, "+include_unknown") => new FlagItem(c => c.Unknown = HostFailurePolicy.Include),
        (ListKind.Host, "+ignore_unknown") => new FlagItem(c => c.Unknown = HostFailurePolicy.Ignore),
        (ListKind.Host, "+include_defer") => new FlagItem(c => c.Deferred = HostFailurePolicy.Include),
        (ListKind.Host, "+ignore_defer") => new FlagItem(c => c.Deferred = HostFailurePolicy.Ignore),
        _ => null,
    };

    public override ValueTask<ListMatchResult> MatchAsync(ListMatchContext context)
    {
        apply(context);
        return new(ListMatchResult.NoMatch);
    }
}
