namespace Pipeline.Policy.Lookups;

/// <summary>Passwords that stand in queries, and have no place in logs and replies.</summary>
internal static class QuerySecrets
{
    private const string Servers = "servers=";
    private const string Password = "pass=";
    private const string Hidden = "(hidden)";

    /// <summary>A query for messages: without servers that are written out before it, and without the password before an LDAP URL.</summary>
    public static string Hide(string query)
    {
        if (query.StartsWith(Servers, StringComparison.Ordinal) && query.IndexOf(';', StringComparison.Ordinal) is var end and > 0 && query.AsSpan(0, end).Contains('/'))
        {
            return $"{Servers}{Hidden}{query[end..]}";
        }

        var url = query.IndexOf("://", StringComparison.Ordinal);
        var at = url < 0 ? -1 : query.IndexOf(Password, 0, url, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return query;
        }

        var value = query.AsSpan(at + Password.Length);
        var length = value.StartsWith("\"") ? QuotedLength(value) : value.IndexOfAny(' ', '\t');
        return length < 0 ? $"{query[..(at + Password.Length)]}{Hidden}" : $"{query[..(at + Password.Length)]}{Hidden}{value[length..]}";
    }

    private static int QuotedLength(ReadOnlySpan<char> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                return i + 1;
            }

            i += text[i] == '\\' ? 1 : 0;
        }

        return -1;
    }
}
