namespace Pipeline.Policy.Lists;

/// <summary><c>+name</c>: another list. A negated last item inside it does not spread to the outer list.</summary>
internal sealed class NamedListItem(ListKind kind, string name) : ListItem
{
    /// <summary>Lists inside lists; one that contains itself ends here.</summary>
    private const int MaxDepth = 50;

    public override async ValueTask<ListMatchResult> MatchAsync(ListMatchContext context)
    {
        if (!context.Scope.Environment.Policy.NamedLists.TryFind(kind, name, out var list))
        {
            return ListMatchResult.Defer($"unknown named {Describe(kind)} list \"+{name}\"");
        }

        var transient = context.Scope.Transient;
        if (transient.ListDepth >= MaxDepth)
        {
            return ListMatchResult.Defer($"named {Describe(kind)} list \"+{name}\" is nested too deeply");
        }

        transient.ListDepth++;
        try
        {
            return await list.List.MatchAsync(context);
        }
        finally
        {
            transient.ListDepth--;
        }
    }

    private static string Describe(ListKind kind) => kind switch
    {
        ListKind.Domain => "domain",
        ListKind.Host => "host",
        ListKind.Address => "address",
        _ => "local part",
    };
}
