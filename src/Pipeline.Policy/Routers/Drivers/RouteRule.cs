using System.Text;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Routers.Drivers;

/// <summary>One rule of <c>route_list</c>: a pattern for the domain, hosts, options.</summary>
/// <param name="Rest">Hosts and options, not yet expanded: the match of the pattern supplies values.</param>
internal sealed record RouteRule(MailList Pattern, string Rest)
{
    public static IReadOnlyList<RouteRule> ParseList(string routeList)
    {
        var rules = new List<RouteRule>();
        foreach (var item in ListSyntax.Split(routeList, ';'))
        {
            var rest = item.AsSpan();
            var pattern = TakeWord(ref rest);
            if (pattern.Length > 0)
            {
                // One item, whatever separators it holds: a line end cannot occur in it.
                rules.Add(new RouteRule(MailList.Compile(ListKind.Domain, StringExpansion.Compile($"<\n {pattern}")), rest.Trim().ToString()));
            }
        }

        return rules;
    }

    /// <summary>Takes one word off, in double quotes or up to a blank; blanks inside <c>${…}</c> do not end it.</summary>
    public static string TakeWord(ref ReadOnlySpan<char> text)
    {
        text = text.TrimStart();
        if (!text.IsEmpty && text[0] == '"')
        {
            return TakeQuoted(ref text);
        }

        var depth = 0;
        var end = 0;
        while (end < text.Length && (depth > 0 || !char.IsWhiteSpace(text[end])))
        {
            if (text[end] == '{' && (depth > 0 || (end > 0 && text[end - 1] == '$')))
            {
                depth++;
            }
            else if (text[end] == '}' && depth > 0)
            {
                depth--;
            }

            end++;
        }

        var word = text[..end].ToString();
        text = text[end..];
        return word;
    }

    private static string TakeQuoted(ref ReadOnlySpan<char> text)
    {
        var word = new StringBuilder();
        var position = 1;
        while (position < text.Length && text[position] != '"')
        {
            if (text[position] == '\\' && position + 1 < text.Length)
            {
                position++;
            }

            word.Append(text[position++]);
        }

        text = position < text.Length ? text[(position + 1)..] : [];
        return word.ToString();
    }
}
