namespace Pipeline.Policy.Configuration;

/// <summary>Something wrong in a configuration, in Exim's words.</summary>
/// <param name="Location">Null when no line is to blame.</param>
/// <param name="Hint">What to write instead, when we can guess it (the nearest known name, for example).</param>
public sealed record ConfigurationProblem(string Message, SourceLocation? Location, string? Hint = null)
{
    public override string ToString() =>
        (Location is null ? Message : $"{Location}: {Message}") + (Hint is null ? "" : $" ({Hint})");
}
