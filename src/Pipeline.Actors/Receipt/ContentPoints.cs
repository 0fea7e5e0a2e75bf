using Pipeline.Policy.Acl;

namespace Pipeline.Actors.Receipt;

/// <summary>The ACLs about the content of a message, which differ with the way it comes.</summary>
internal sealed record ContentPoints(AclPoint Data)
{
    public static ContentPoints Smtp { get; } = new(AclPoint.Data);

    public static ContentPoints Local { get; } = new(AclPoint.NotSmtp);

    public bool AreLocal => Data == AclPoint.NotSmtp;
}
