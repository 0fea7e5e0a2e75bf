using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Transports;

/// <summary>A regular expression of a transport that names of files are matched with. A match that takes too long is none.</summary>
public sealed class NamePattern
{
    private readonly Pattern _pattern;

    private NamePattern(Pattern pattern) => _pattern = pattern;

    /// <returns>Null when the option is not set, or is no pattern; a problem says so.</returns>
    internal static NamePattern? Of(DriverOptions options, string option) => options.GetString(option) is { } text ? Of(text, error => options.Report(error, option)) : null;

    internal static NamePattern? Of(string text, Action<string> report)
    {
        if (PatternCache.TryGet(text, caseless: false, out var pattern, out var error))
        {
            return new NamePattern(pattern);
        }

        report(error);
        return null;
    }

    public bool Matches(string name) => _pattern.TryMatch(name, out var match, out _) && match is not null;

    /// <summary>The number that the first group captures; null when there is no match, or it captures none.</summary>
    public long? NumberIn(string name) =>
        _pattern.TryMatch(name, out var match, out _) && match is [_, var captured, ..] && long.TryParse(captured, out var number) && number >= 0 ? number : null;
}
