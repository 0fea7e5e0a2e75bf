namespace Pipeline.Policy.Lists;

/// <summary>Finds out what an item of a list is.</summary>
internal static class ListItemParser
{
    public static ListItem Parse(ListKind kind, string text)
    {
        if (text.StartsWith('+'))
        {
            return (ListItem?)FlagItem.TryParse(kind, text) ?? new NamedListItem(kind, text[1..]);
        }

        return kind switch
        {
            ListKind.Host => HostItemParser.Parse(text),
            ListKind.Address => AddressItem.Parse(text),
            _ => ParseText(kind, text),
        };
    }

    /// <summary>An item of a domain or local part list, or half of an address list's item.</summary>
    public static ListItem ParseText(ListKind kind, string text)
    {
        if (kind == ListKind.Domain && text.StartsWith('@'))
        {
            if (text == "@")
            {
                return new PrimaryHostItem();
            }

            if (text == "@[]")
            {
                return new LocalLiteralItem();
            }

            if (MailExchangerItem.TryParse(text) is { } exchanger)
            {
                return exchanger;
            }
        }

        return (ListItem?)LookupListItem.TryParse(kind, text) ?? new TextItem(text);
    }
}
