namespace Pipeline.Policy.Expansion.Conditions;

/// <summary>Conditions on the system and the delivery: <c>exists</c>, <c>first_delivery</c>, <c>queue_running</c>; and those of facilities we have not.</summary>
internal static class SystemConditions
{
    public static ConditionDefinition[] Definitions { get; } =
    [
        ConditionDefinition.Of("exists", 1, Exists),
        ConditionDefinition.Of("first_delivery", 0, (context, _) => ConditionResult.Of(context.Scope.Address?.Values.ContainsKey("first_delivery") == true)),
        ConditionDefinition.Of("queue_running", 0, (context, _) => ConditionResult.Of(context.Scope.Address?.Values.ContainsKey("queue_running") == true)),
        Unavailable("pam"), Unavailable("radius"), Unavailable("pwcheck"), UnavailableGroup("saslauthd"),
    ];

    private static ConditionResult Exists(ExpansionContext context, ExpandedArguments arguments) => ConditionResult.Of(
        arguments[0].Length > 0 && FilePath.Refuse(arguments[0]) is null && FileStatus.TryRead(arguments[0], out _, out _));

    private static ConditionDefinition Unavailable(string name) =>
        ConditionDefinition.Of(name, 1, (_, _) => ConditionResult.Failed($"support for \"{name}\" not compiled")) with { IsAvailable = false };

    /// <summary>A condition whose arguments are braced strings inside braces.</summary>
    private static ConditionDefinition UnavailableGroup(string name) => new(name, (parser, word) =>
        BracedArguments.Parse(parser, word, 2, 4, (_, _) => new(ConditionResult.Failed($"support for \"{name}\" not compiled"))))
    {
        IsAvailable = false,
    };
}
