using Pipeline.Storage.Postgres.Database;

namespace Pipeline.Storage.Postgres.Membership;

/// <summary>The advisory locks of membership. Names of nodes and roles have no slash, so that no key is meant twice.</summary>
internal static class MemberKeys
{
    /// <summary>Held for a transaction by who writes an event: they become visible in the order of their numbers.</summary>
    public static long Events { get; } = LeaseKey.Of("/events");

    /// <summary>Held for a transaction by who joins: two cannot overlook each other.</summary>
    public static long Joining { get; } = LeaseKey.Of("/joining");

    /// <summary>Held by the session that a node lives by.</summary>
    public static long Life(string node) => LeaseKey.Of("/life/" + node);

    /// <summary>Held by the session of the node that has a singleton role.</summary>
    public static long Role(string role) => LeaseKey.Of("/role/" + role);
}
