namespace Pipeline.Connectors.Lookups.Ldap;

/// <summary>An entry that a search found, one char for each octet.</summary>
/// <param name="Attributes">Names and values, in the server's order.</param>
internal sealed record LdapEntry(string Name, IReadOnlyList<(string Name, IReadOnlyList<string> Values)> Attributes)
{
    /// <summary>As lookups give it: values between commas, a comma in one doubled; behind names and in quotes, unless one attribute was asked for.</summary>
    public string ToText(bool isBare) => isBare
        ? Join(Attributes.SelectMany(attribute => attribute.Values))
        : string.Join(' ', Attributes.Select(attribute => $"{attribute.Name}=\"{Quoted(Join(attribute.Values))}\""));

    private static string Join(IEnumerable<string> values) => string.Join(',', values.Select(value => value.Replace(",", ",,", StringComparison.Ordinal)));

    private static string Quoted(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);
}
