using System.Collections.Immutable;

namespace Pipeline.Policy.Callers;

/// <summary>As whom a program of this machine runs, as the kernel knows it.</summary>
/// <param name="Groups">The groups that it is in besides its own.</param>
public sealed record CallerCredentials(uint UserId, uint GroupId, ImmutableArray<uint> Groups)
{
    public const uint Root = 0;

    public bool IsIn(IEnumerable<uint> groups) => groups.Any(group => group == GroupId || Groups.Contains(group));
}
