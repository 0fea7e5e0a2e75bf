namespace Pipeline.Policy.Lists;

/// <summary>The items of an expanded list, ready to be tried.</summary>
internal sealed class ListProgram
{
    private readonly (ListItem Item, bool Negated)[] _items;

    private ListProgram(string text, (ListItem, bool)[] items)
    {
        Text = text;
        _items = items;
    }

    public string Text { get; }

    public static ListProgram Parse(ListKind kind, string text)
    {
        var items = new List<(ListItem, bool)>();
        var reader = new ListReader(text);
        while (reader.TryRead(out var item))
        {
            var negated = item.StartsWith('!');
            items.Add((ListItemParser.Parse(kind, negated ? item.TrimStart('!').TrimStart() : item), negated));
        }

        return new ListProgram(text, [.. items]);
    }

    public async ValueTask<ListMatchResult> MatchAsync(ListMatchContext context)
    {
        foreach (var (item, negated) in _items)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            var result = await item.MatchAsync(context);
            if (result.IsDeferred)
            {
                return result;
            }

            if (result.IsMatch)
            {
                return negated ? ListMatchResult.NoMatch : result;
            }
        }

        return _items.Length > 0 && _items[^1].Negated ? ListMatchResult.Match(context.Subject) : ListMatchResult.NoMatch;
    }
}
