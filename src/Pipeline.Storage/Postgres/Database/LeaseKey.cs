using System.Text;

namespace Pipeline.Storage.Postgres.Database;

/// <summary>The advisory lock that stands for the lease of a node.</summary>
/// <remarks>
/// A commit that inserts messages holds it shared while it looks whether the lease is still held; who changes the lease holds it exclusively.
/// So no message enters the queue in the name of a life that has ended: either the take-over sees the message, or the message sees the take-over.
/// Both take it for the transaction (<c>pg_advisory_xact_lock_shared</c>, <c>pg_advisory_xact_lock</c>), in the one-number space.
/// </remarks>
internal static class LeaseKey
{
    // FNV-1a, 64 bits: the same in every process and every version, unlike a hash code.
    private const ulong Basis = 14_695_981_039_346_656_037;
    private const ulong Prime = 1_099_511_628_211;

    /// <summary>The key for a node's name. Names are compared as they stand.</summary>
    public static long Of(string node)
    {
        var hash = Basis;
        foreach (var octet in Encoding.UTF8.GetBytes("lease " + node))
        {
            hash = unchecked((hash ^ octet) * Prime);
        }

        return unchecked((long)hash);
    }
}
