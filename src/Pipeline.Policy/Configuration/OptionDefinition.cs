namespace Pipeline.Policy.Configuration;

/// <param name="Repeatable">It may be set several times in one block; the values are joined by whoever uses them.</param>
public sealed record OptionDefinition(string Name, OptionType Type, bool Repeatable = false)
{
    public bool IsBoolean => Type is OptionType.Bool or OptionType.ExpandedBool;
}
