namespace Pipeline.Policy.Configuration;

/// <summary>Where in the configuration something was written: file and line (from 1) as an operator would look it up.</summary>
public sealed record SourceLocation(string File, int Line)
{
    public override string ToString() => $"{File}:{Line}";
}
