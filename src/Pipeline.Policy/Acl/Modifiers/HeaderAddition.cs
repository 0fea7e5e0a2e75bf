using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl.Modifiers;

/// <summary>Reads the value of <c>add_header</c>: header lines, folded or not, each with an optional position in front.</summary>
internal static class HeaderAddition
{
    /// <summary>Header lines that the ACLs of one message may add.</summary>
    private const int MaxHeaders = 1000;

    private static readonly (string Prefix, HeaderPosition Position)[] Positions =
    [
        (":after_received:", HeaderPosition.AfterReceived),
        (":at_start_rfc:", HeaderPosition.AtStartOfRfcHeaders),
        (":at_start:", HeaderPosition.AtStart),
        (":at_end:", HeaderPosition.AtEnd),
    ];

    /// <summary>Adds the header lines of a value. One that is already there is not added again.</summary>
    public static void Add(MessageScope message, string value)
    {
        foreach (var header in Read(value))
        {
            if (message.AddedHeaders.Count < MaxHeaders && !message.AddedHeaders.Contains(header))
            {
                message.AddedHeaders.Add(header);
            }
        }
    }

    /// <summary>The header lines of a value.</summary>
    public static List<AddedHeader> Read(string value)
    {
        List<AddedHeader> headers = [];
        var rest = value.AsSpan().TrimStart('\n').TrimEnd('\n');
        while (!rest.IsEmpty)
        {
            var field = TakeField(ref rest);
            if (!field.IsEmpty)
            {
                headers.Add(ReadField(field));
            }
        }

        return headers;
    }

    // A field goes on while the next line begins with a blank.
    private static ReadOnlySpan<char> TakeField(ref ReadOnlySpan<char> text)
    {
        var end = text.IndexOf('\n');
        while (end >= 0 && end + 1 < text.Length && text[end + 1] is ' ' or '\t')
        {
            var more = text[(end + 1)..].IndexOf('\n');
            end = more < 0 ? -1 : end + 1 + more;
        }

        var field = end < 0 ? text : text[..end];
        text = end < 0 ? [] : text[(end + 1)..];
        return field.TrimEnd("\r\n");
    }

    private static AddedHeader ReadField(ReadOnlySpan<char> field)
    {
        var position = HeaderPosition.AtEnd;
        foreach (var (prefix, where) in Positions)
        {
            if (field.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                position = where;
                field = field[prefix.Length..].TrimStart(" \t");
                break;
            }
        }

        return new AddedHeader(HasName(field) ? field.ToString() : $"X-ACL-Warn: {field}", position);
    }

    private static bool HasName(ReadOnlySpan<char> field)
    {
        var length = 0;
        while (length < field.Length && field[length] is > ' ' and < '\x7f' and not ':')
        {
            length++;
        }

        return length > 0 && field[length..].TrimStart(" \t") is [':', ..];
    }
}
