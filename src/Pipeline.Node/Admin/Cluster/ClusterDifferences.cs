using System.Globalization;

namespace Pipeline.Node.Admin.Cluster;

/// <summary>Compares what a node knows of itself with its row in the database.</summary>
/// <remarks>A node tells its policy every second or two, so a policy that was switched just now may differ for a moment.</remarks>
internal static class ClusterDifferences
{
    public static IReadOnlyList<string> Between(OwnView own, NodeDocument? row)
    {
        if (row is null)
        {
            return [$"{own.Name} lives in the cluster by its own word, the database does not know it"];
        }

        if (own.Epoch != row.Epoch)
        {
            // Another life: nothing else can be compared.
            return [string.Create(CultureInfo.InvariantCulture, $"{own.Name} lives in epoch {own.Epoch} by its own word, the database has epoch {row.Epoch}")];
        }

        List<string> found = [];
        if (own.State != row.State)
        {
            found.Add($"{own.Name} is {own.State} by its own word, {row.State} in the database");
        }

        // 0: it has not told yet.
        if (own.Policy != row.Policy && row.Policy != 0)
        {
            found.Add(string.Create(CultureInfo.InvariantCulture, $"{own.Name} runs policy {own.Policy} by its own word, policy {row.Policy} in the database"));
        }

        var leaseThere = row.LeaseHeld ? OwnLease.Held : OwnLease.Lost;
        if (own.Lease != leaseThere)
        {
            found.Add($"the lease of {own.Name} is {own.Lease} by its own word, {leaseThere} in the database");
        }

        return found;
    }
}
