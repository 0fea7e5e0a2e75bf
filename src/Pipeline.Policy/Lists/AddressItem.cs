namespace Pipeline.Policy.Lists;

/// <summary>An item of an address list: <c>local@domain</c> with patterns on either side, or a pattern for the domain of any address.</summary>
internal sealed class AddressItem(ListItem? localPart, ListItem domain, bool namesAnyLocalPart = false) : ListItem
{
    public static ListItem Parse(string text)
    {
        if (text.Length == 0 || text.StartsWith('^'))
        {
            return new WholeAddressItem(text);
        }

        if (text.StartsWith("@@", StringComparison.Ordinal))
        {
            return new DomainKeyedItem(LookupListItem.TryParse(ListKind.Domain, text[2..]) ?? (ListItem)new TextItem(text));
        }

        if (IsWholeLookup(text) && LookupListItem.TryParse(ListKind.Address, text) is { } lookup)
        {
            return lookup;
        }

        var at = text.LastIndexOf('@');
        if (at < 0)
        {
            return new AddressItem(null, ListItemParser.ParseText(ListKind.Domain, text));
        }

        // A pattern such as *@@mx_any has an at sign of the domain half's own.
        if (at > 0 && text[at - 1] == '@')
        {
            at--;
        }

        var domain = text[(at + 1)..];
        return new AddressItem(
            text[..at] == "*" ? null : new TextItem(text[..at]),
            domain.StartsWith('+') ? new NamedListItem(ListKind.Domain, domain[1..])
                : domain.StartsWith('/') ? new FileItem(ListKind.Domain, domain)
                : ListItemParser.ParseText(ListKind.Domain, domain),
            namesAnyLocalPart: text[..at] == "*");
    }

    /// <summary>A lookup whose key is the whole address: <c>lsearch;/file</c> or <c>lsearch*@;/file</c>, but not <c>user@lsearch;/file</c>.</summary>
    private static bool IsWholeLookup(string text)
    {
        var semicolon = text.IndexOf(';', StringComparison.Ordinal);
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return semicolon > 0 && (at < 0 || at > semicolon || (at > 0 && text[at - 1] == '*' && at > 1 && text[at + 1] is ';' or ','));
    }

    /// <remarks>The data of the match is that of its halves, put together.</remarks>
    public override async ValueTask<ListMatchResult> MatchAsync(ListMatchContext context)
    {
        // The null sender is matched by an empty item only, and what has no domain by nothing.
        var at = context.Subject.LastIndexOf('@');
        if (at < 0)
        {
            return ListMatchResult.NoMatch;
        }

        if (localPart is null)
        {
            if (namesAnyLocalPart)
            {
                context.Captures?.Add(context.Subject[..at]);
            }

            return await domain.MatchAsync(context.With(ListKind.Domain, context.Subject[(at + 1)..]));
        }

        var local = await localPart.MatchAsync(context.With(ListKind.LocalPart, context.Subject[..at]));
        if (!local.IsMatch)
        {
            return local;
        }

        var found = await domain.MatchAsync(context.With(ListKind.Domain, context.Subject[(at + 1)..]));
        return found.IsMatch ? ListMatchResult.Match($"{local.Data}@{found.Data}") : found;
    }
}

/// <summary>An empty item, which matches the null sender, or a pattern for the whole address, whose match has no data.</summary>
internal sealed class WholeAddressItem(string text) : ListItem
{
    private readonly TextItem _text = new(text);

    public override async ValueTask<ListMatchResult> MatchAsync(ListMatchContext context)
    {
        if (!context.IsPath && context.Subject.Length > 0 && !context.Subject.Contains('@', StringComparison.Ordinal))
        {
            return ListMatchResult.NoMatch;
        }

        var result = await _text.MatchAsync(context);
        return result.IsMatch ? ListMatchResult.Match("") : result;
    }
}
