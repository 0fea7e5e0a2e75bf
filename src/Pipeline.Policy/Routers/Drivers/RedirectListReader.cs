using Pipeline.Policy.Addressing;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Routers.Drivers;

/// <summary>Reads redirection data: addresses and special items between commas and line ends (Exim specification, "Items in redirection lists").</summary>
internal static class RedirectListReader
{
    /// <summary>Items that one list may have.</summary>
    public const int MaxItems = 10_000;

    public static List<RedirectItem> Read(string data, MainOptions options)
    {
        var items = new List<RedirectItem>();
        var rest = data.AsSpan();
        while (!rest.IsEmpty && items.Count < MaxItems)
        {
            rest = rest.TrimStart(" \t\r\n,");
            if (rest.IsEmpty)
            {
                break;
            }

            if (rest[0] == '#')
            {
                var end = rest.IndexOf('\n');
                rest = end < 0 ? [] : rest[(end + 1)..];
                continue;
            }

            items.Add(TakeSpecial(ref rest) ?? ReadItem(TakeItem(ref rest), options));
        }

        return items;
    }

    // :fail: and :defer: take everything up to the end of the line, commas and all.
    private static RedirectItem? TakeSpecial(ref ReadOnlySpan<char> text)
    {
        if (TakeText(ref text, ":fail:") is { } failure)
        {
            return new RedirectItem.Fail(failure);
        }

        if (TakeText(ref text, ":defer:") is { } deferral)
        {
            return new RedirectItem.Defer(deferral);
        }

        return null;
    }

    private static string? TakeText(ref ReadOnlySpan<char> text, string word)
    {
        if (!text.StartsWith(word, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var end = text.IndexOf('\n');
        var message = (end < 0 ? text[word.Length..] : text[word.Length..end]).Trim().ToString();
        text = end < 0 ? [] : text[(end + 1)..];
        return message;
    }

    private static ReadOnlySpan<char> TakeItem(ref ReadOnlySpan<char> text)
    {
        var quoted = false;
        var comments = 0;
        var end = 0;
        for (; end < text.Length; end++)
        {
            var c = text[end];
            if (c == '\\')
            {
                end++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted)
            {
                comments += c == '(' ? 1 : c == ')' && comments > 0 ? -1 : 0;
                if (c == '\n' || (c == ',' && comments == 0))
                {
                    break;
                }
            }
        }

        end = Math.Min(end, text.Length);
        var item = text[..end].Trim();
        text = text[end..];
        return item;
    }

    private static RedirectItem ReadItem(ReadOnlySpan<char> item, MainOptions options)
    {
        if (item.StartsWith(":include:", StringComparison.OrdinalIgnoreCase))
        {
            return new RedirectItem.Include(item[9..].Trim().ToString());
        }

        if (item.StartsWith(":blackhole:", StringComparison.OrdinalIgnoreCase))
        {
            return new RedirectItem.Blackhole();
        }

        if (item.StartsWith(":unknown:", StringComparison.OrdinalIgnoreCase))
        {
            return new RedirectItem.Unknown();
        }

        // A command or path with blanks or commas is put into quotes as a whole.
        if (item is ['"', '|' or '/', .., '"'] || item[0] == '|' || item[0] == '/')
        {
            var bare = Unquote(item);
            if (bare[0] == '|')
            {
                return new RedirectItem.Pipe(bare[1..].TrimStart());
            }

            // user/box@domain and the like begin with a letter; an address that begins with a slash needs its domain behind an at sign.
            return LooksLikeAddress(bare) ? ReadAddress(item, options) : new RedirectItem.FilePath(bare);
        }

        return !item.StartsWith("\\") ? ReadAddress(item, options) : ReadAddress(item[1..], options) is RedirectItem.Mailbox mailbox ? mailbox with { KeepsDomain = true } : ReadAddress(item, options);
    }

    private static bool LooksLikeAddress(string path) =>
        path.LastIndexOf('@') is var at && at > 0 && path.LastIndexOf('/') < at && path.IndexOf('/', 1) < 0 && path.AsSpan(at).Contains('.');

    private static RedirectItem ReadAddress(ReadOnlySpan<char> item, MainOptions options)
    {
        var text = item.ToString();
        var (addresses, defect) = HeaderAddresses.Read(OctetString.ToBytes(text), options);
        return defect is null && addresses is [var address]
            ? new RedirectItem.Mailbox(address.LocalPart, address.Domain)
            : new RedirectItem.Malformed(text, defect?.Reason ?? "malformed address");
    }

    private static string Unquote(ReadOnlySpan<char> item)
    {
        if (item is not ['"', .., '"'])
        {
            return item.ToString();
        }

        var text = item[1..^1].ToString();
        return text.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
    }
}
