namespace Pipeline.Policy.Lists;

/// <summary><c>@@type;file</c>: the domain is the key, what is found is a list of local parts; an item <c>&gt;key</c> in it goes on with another key.</summary>
internal sealed class DomainKeyedItem(ListItem lookup) : ListItem
{
    /// <summary>Keys followed for one address; entries that refer to each other end here.</summary>
    private const int MaxChain = 50;

    public override async ValueTask<ListMatchResult> MatchAsync(ListMatchContext context)
    {
        var at = context.Subject.LastIndexOf('@');
        if (at < 0)
        {
            return ListMatchResult.NoMatch;
        }

        var localPart = context.Subject[..at];
        var key = context.Subject[(at + 1)..];
        for (var turn = 0; turn < MaxChain; turn++)
        {
            var found = await lookup.MatchAsync(context.With(ListKind.Domain, key));
            if (!found.IsMatch)
            {
                return found;
            }

            var items = ListSyntax.Split(found.Data ?? "");
            key = items is [.., ['>', .. var next]] ? next.Trim() : "";
            var inner = context.With(ListKind.LocalPart, localPart);
            var program = ListProgram.OfLines(ListKind.LocalPart, key.Length > 0 ? items.Take(items.Count - 1) : items);
            if (await program.TryItemsAsync(inner) is { } decided)
            {
                return decided;
            }

            if (key.Length == 0)
            {
                return ListMatchResult.NoMatch;
            }
        }

        return ListMatchResult.Defer("too many \">\" references in an address list lookup");
    }
}
