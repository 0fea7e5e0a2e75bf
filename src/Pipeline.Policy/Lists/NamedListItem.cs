namespace Pipeline.Policy.Lists;

/// <summary><c>+name</c>: another list. A negated last item inside it does not spread to the outer list.</summary>
internal sealed class NamedListItem(ListKind kind, string name) : ListItem
{
    /// <summary>Lists inside lists; one that contains itself ends here.</summary>
    private const int MaxDepth = 50;
    private const int MaxRemembered = 1000;

    public override async ValueTask<ListMatchResult> MatchAsync(ListMatchContext context)
    {
        if (!context.Scope.Environment.Policy.NamedLists.TryFind(kind, name, out var list))
        {
            return ListMatchResult.Defer($"unknown named {Describe(kind)} list \"+{name}\"");
        }

        // A definition without references gives the same answer for the same subject as long as the message lasts; what its
        // patterns have captured is not remembered.
        var remembers = context.Captures is null && context.Kind != ListKind.Host && (list.Cached || list.Definition.Constant is not null);
        var memory = context.Scope.Message.ListMemory;
        if (remembers && memory.TryGetValue((kind, name, context.Subject, context.Caseful), out var remembered))
        {
            return remembered;
        }

        var transient = context.Scope.Transient;
        if (transient.ListDepth >= MaxDepth)
        {
            return ListMatchResult.Defer($"named {Describe(kind)} list \"+{name}\" is nested too deeply");
        }

        transient.ListDepth++;
        try
        {
            var result = await list.List.MatchAsync(context.Nested());
            if (remembers && !result.IsDeferred && memory.Count < MaxRemembered)
            {
                memory[(kind, name, context.Subject, context.Caseful)] = result;
            }

            return result;
        }
        finally
        {
            transient.ListDepth--;
        }
    }

    public static string Describe(ListKind kind) => kind switch
    {
        ListKind.Domain => "domain",
        ListKind.Host => "host",
        ListKind.Address => "address",
        _ => "local part",
    };
}
