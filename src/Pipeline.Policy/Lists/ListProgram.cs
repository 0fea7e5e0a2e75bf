using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Lists;

/// <summary>The items of an expanded list, ready to be tried.</summary>
internal sealed class ListProgram
{
    private readonly (ListItem Item, bool Negated, string Text)[] _items;

    private ListProgram(string text, (ListItem, bool, string)[] items)
    {
        Text = text;
        _items = items;
    }

    public string Text { get; }

    public static ListProgram Parse(ListKind kind, string text)
    {
        var items = new List<(ListItem, bool, string)>();
        var reader = new ListReader(text);
        while (reader.TryRead(out var item))
        {
            items.Add(ParseItem(kind, item, files: true));
        }

        return new ListProgram(text, [.. items]);
    }

    /// <summary>A list whose items are the lines of a file; a file cannot name other files.</summary>
    public static ListProgram OfLines(ListKind kind, IEnumerable<string> lines) => new("", [.. lines.Select(line => ParseItem(kind, line, files: false))]);

    private static (ListItem Item, bool Negated, string Text) ParseItem(ListKind kind, string text, bool files)
    {
        var whole = text;
        var negated = text.StartsWith('!');
        text = negated ? text[1..].TrimStart() : text;
        return (files && text.StartsWith('/') ? new FileItem(kind, text) : ListItemParser.Parse(kind, text), negated, whole);
    }

    /// <summary>Is the subject in the list?</summary>
    public async ValueTask<ListMatchResult> MatchAsync(ListMatchContext context)
    {
        if (await TryItemsAsync(context) is { } decided)
        {
            return decided;
        }

        var negated = _items.Length > 0 && _items[^1].Negated;
        Trace(context, negated ? "yes" : "no", "end of list");
        return negated ? ListMatchResult.Match("") : ListMatchResult.NoMatch;
    }

    /// <summary>Tries the items; null when none of them has decided.</summary>
    public async ValueTask<ListMatchResult?> TryItemsAsync(ListMatchContext context)
    {
        var captured = context.Captures?.Count ?? 0;
        foreach (var (item, negated, text) in _items)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            var result = await item.MatchAsync(context);
            if (result.IsDeferred)
            {
                return result;
            }

            if (result.IsMatch)
            {
                Trace(context, negated ? "no" : "yes", $"matched \"{text}\"");
                return negated ? ListMatchResult.NoMatch : result;
            }

            // What half of an item has matched counts for nothing when the other half has not.
            context.Captures?.RemoveRange(captured, context.Captures.Count - captured);
            if (context.IsStopped)
            {
                return ListMatchResult.NoMatch;
            }
        }

        return null;
    }

    private void Trace(ListMatchContext context, string answer, string why) => context.Scope.TraceOf(PolicyTopics.Lists)?.Write(
        PolicyTopics.Lists, $"{(context.Kind == ListKind.Host ? "host" : context.Subject)} in \"{Text}\"? {answer} ({why})");
}
