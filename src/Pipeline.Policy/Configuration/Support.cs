namespace Pipeline.Policy.Configuration;

/// <summary>What a table of the language says about an entry: how far it is done, and what an operator should know or write instead.</summary>
/// <param name="Advice">For people, without a full stop; empty for what is done.</param>
/// <param name="Neutral">
/// Values, between bars, that ask for nothing that is not done. Null for the obvious ones: an empty value, <c>false</c>, zero.
/// </param>
public sealed record Support(SupportLevel Level, string Advice, string? Neutral = null)
{
    public static Support Done { get; } = new(SupportLevel.Done, "");

    public bool IsDone => Level == SupportLevel.Done;

    /// <summary>Setting it does no harm: a configuration may ask with <c>.ifdef</c> whether it exists.</summary>
    public bool IsOffered => Level is SupportLevel.Done or SupportLevel.WithoutEffect;

    /// <summary>What is said about the entry in front of the advice.</summary>
    public string Phrase => Level switch
    {
        SupportLevel.Done => "is done",
        SupportLevel.WithoutEffect => "has no effect here",
        SupportLevel.NotDone => "is not done and is ignored",
        SupportLevel.RefusedWhenReached => "is not done: a message that comes to it waits",
        _ => "is not available in this version",
    };

    internal static Support WithoutEffect(string reason, string? neutral = null) => new(SupportLevel.WithoutEffect, reason, neutral);

    internal static Support NotDone(string advice, string? neutral = null) => new(SupportLevel.NotDone, advice, neutral);

    internal static Support RefusedWhenReached(string advice, string? neutral = null) => new(SupportLevel.RefusedWhenReached, advice, neutral);

    internal static Support Refused(string advice, string? neutral = null) => new(SupportLevel.Refused, advice, neutral);

    /// <summary>Whether a setting asks for nothing but what happens anyway.</summary>
    public bool IsNeutral(OptionDefinition option, OptionSetting setting)
    {
        var value = option.IsBoolean ? Truth(setting) : (setting.Value ?? "").Trim();
        var neutral = Neutral ?? option.Type switch
        {
            OptionType.Bool or OptionType.ExpandedBool => "false",
            OptionType.Integer or OptionType.Fixed => "0",
            OptionType.Time or OptionType.TimeList => "0s",
            _ => "",
        };
        return neutral.Split('|').Contains(value, StringComparer.OrdinalIgnoreCase) || (Neutral is null && value.Length == 0);
    }

    private static string Truth(OptionSetting setting) => setting.Value?.Trim().ToLowerInvariant() switch
    {
        null => setting.Negated ? "false" : "true",
        "yes" => "true",
        "no" => "false",
        var text => text,
    };
}
