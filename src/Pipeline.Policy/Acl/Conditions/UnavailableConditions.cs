using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Acl.Conditions;

/// <summary>Conditions of the language that are known and read, and refused when a message gets to them.</summary>
internal static class UnavailableConditions
{
    public static IEnumerable<AclItemKind> All { get; } =
    [
        new UnavailableCondition("seen", "use ratelimit", AclPoints.All),
        new UnavailableCondition("atrn_domains", "ATRN is refused to everybody", AclPoints.Atrn),
    ];
}

internal sealed class UnavailableCondition(string name, string advice, AclPoints allowedAt, AclChecks checks = AclChecks.None) : AclCondition(name)
{
    public override AclPoints AllowedAt => allowedAt;

    public override AclChecks Checks => checks;

    public override Support SupportOf(string value) => Support.RefusedWhenReached(advice);

    public override ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken) =>
        new(AclTest.Error($"ACL condition \"{Name}\" is not available in this version ({item.Location})"));
}
