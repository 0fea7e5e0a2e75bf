using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Lookups;

/// <summary>One question to a lookup type.</summary>
/// <param name="Scope">The message it is about.</param>
/// <param name="Key">For a single-key type, the key; else empty.</param>
/// <param name="FileOrQuery">For a single-key type, the file; else the query.</param>
/// <param name="Options">What was written behind the type, such as <c>ret=key</c>.</param>
public sealed record LookupQuestion(EvaluationScope Scope, string Key, string FileOrQuery, IReadOnlyDictionary<string, string> Options)
{
    /// <summary>The value of an option, or null.</summary>
    public string? Option(string name) => Options.GetValueOrDefault(name);
}
