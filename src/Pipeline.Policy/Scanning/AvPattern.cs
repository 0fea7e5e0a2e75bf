using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Scanning;

/// <summary>A regular expression over what a scanner says. Texts have one char for each octet.</summary>
public sealed class AvPattern
{
    private readonly Pattern _pattern;

    private AvPattern(Pattern pattern) => _pattern = pattern;

    public static AvPattern? Compile(string text, out string problem) => PatternCache.TryGet(text, caseless: false, out var pattern, out problem) ? new AvPattern(pattern) : null;

    /// <summary>One that takes too long does not match.</summary>
    public bool IsMatch(string text) => _pattern.TryMatch(text, out var match, out _) && match is not null;

    /// <summary>The first group of the first match; null without one.</summary>
    public string? FirstGroup(string text) => _pattern.TryMatch(text, out var match, out _) && match is { Length: > 1 } ? match[1] : null;
}
