using Pipeline.Policy.Acl;

namespace Pipeline.Actors.Receipt;

/// <summary>The ACLs about the content of a message, which differ with the way it comes.</summary>
internal sealed record ContentPoints(AclPoint Mime, AclPoint Data)
{
    public static ContentPoints Smtp { get; } = new(AclPoint.Mime, AclPoint.Data);

    public static ContentPoints Local { get; } = new(AclPoint.NotSmtpMime, AclPoint.NotSmtp);

    public bool AreLocal => Data == AclPoint.NotSmtp;
}
