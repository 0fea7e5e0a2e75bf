namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>The domains of the policies that nodes are given here. Each means the same in all of them.</summary>
internal static class Domains
{
    /// <summary>Delivered into a Maildir named as the local part.</summary>
    public const string Maildir = "maildir.test";

    /// <summary>Delivered into an mbox named as the local part.</summary>
    public const string Mbox = "mbox.test";

    /// <summary>Delivered into the one queuefile directory.</summary>
    public const string Queuefile = "queue.test";

    /// <summary>Delivered to the next hop.</summary>
    public const string Smtp = "smtp.test";

    /// <summary>Redirected to several at <see cref="Maildir"/>.</summary>
    public const string Alias = "alias.test";

    /// <summary>Put off for a while, then redirected to one at <see cref="Maildir"/>.</summary>
    public const string Slow = "slow.test";

    /// <summary>Fails.</summary>
    public const string Void = "void.test";
}
