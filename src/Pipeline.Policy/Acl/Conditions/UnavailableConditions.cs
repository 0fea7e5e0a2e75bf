namespace Pipeline.Policy.Acl.Conditions;

/// <summary>Conditions of the language that are known and read, and refused when a message gets to them.</summary>
internal static class UnavailableConditions
{
    public static IEnumerable<AclItemKind> All { get; } =
    [
        new UnavailableCondition("dmarc_status", AclPoints.Data, AclChecks.Dmarc | AclChecks.Spf | AclChecks.Dkim),
        new UnavailableCondition("dcc", AclPoints.Content, AclChecks.Dcc),
        new UnavailableCondition("spam", AclPoints.Content, AclChecks.Spam),
        new UnavailableCondition("malware", AclPoints.Content, AclChecks.Malware),
        new UnavailableCondition("regex", AclPoints.Content | AclPoints.Mime | AclPoints.NotSmtpMime),
        new UnavailableCondition("mime_regex", AclPoints.Mime | AclPoints.NotSmtpMime),
        new UnavailableCondition("decode", AclPoints.Mime | AclPoints.NotSmtpMime),
        new UnavailableCondition("seen", AclPoints.All),
        new UnavailableCondition("spf_guess", SpfCondition.Allowed, AclChecks.Spf),
        new UnavailableCondition("atrn_domains", AclPoints.Atrn),
    ];
}

internal sealed class UnavailableCondition(string name, AclPoints allowedAt, AclChecks checks = AclChecks.None) : AclCondition(name)
{
    public override AclPoints AllowedAt => allowedAt;

    public override AclChecks Checks => checks;

    public override ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken) =>
        new(AclTest.Error($"ACL condition \"{Name}\" is not available in this version ({item.Location})"));
}
