namespace Pipeline.Policy.Configuration;

/// <param name="Repeatable">It may be set several times in one block; the values are joined by whoever uses them.</param>
public sealed record OptionDefinition(string Name, OptionType Type, bool Repeatable = false)
{
    /// <summary>How far it is done here. A test holds an option that says <see cref="SupportLevel.Done"/> to being read and used.</summary>
    public Support Support { get; init; } = Support.Done;

    public bool IsBoolean => Type is OptionType.Bool or OptionType.ExpandedBool;
}
