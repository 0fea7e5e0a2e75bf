using Pipeline.Policy.Expansion.Parsing;

namespace Pipeline.Policy.Expansion;

/// <summary>Parses strings with <c>$</c> in them (Exim specification, chapter "String expansions").</summary>
public static class StringExpansion
{
    /// <summary>Parses a string. Mistakes do not show here but when the string is expanded and the mistake is reached.</summary>
    /// <param name="text">One char for each octet.</param>
    public static ExpandableString Compile(string text)
    {
        if (!text.AsSpan().ContainsAny('$', '\\'))
        {
            return Literal(text);
        }

        var parser = new ExpansionParser(text);
        return new CompiledExpansion(text, parser.ParseWhole(), parser.Unavailable, parser.Lookups);
    }

    /// <summary>A string that stands for itself, whatever characters it has.</summary>
    public static ExpandableString Literal(string text) => new CompiledExpansion(text, new LiteralNode(text), [], []);
}
