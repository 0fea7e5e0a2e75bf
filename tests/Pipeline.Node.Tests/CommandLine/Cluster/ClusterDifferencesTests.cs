using Pipeline.Node.Admin.Cluster;

namespace Pipeline.Node.Tests.CommandLine.Cluster;

public sealed class ClusterDifferencesTests
{
    private static readonly OwnView Own = new("n1", "up", 5, 7, OwnLease.Held);

    [Fact]
    public void Views_that_agree_have_no_difference() => Assert.Empty(ClusterDifferences.Between(Own, Row));

    [Fact]
    public void A_node_that_the_database_does_not_know_is_told() =>
        Assert.Equal(["n1 lives in the cluster by its own word, the database does not know it"], ClusterDifferences.Between(Own, null));

    [Fact]
    public void Another_epoch_is_the_only_difference_that_is_told() => Assert.Equal(
        ["n1 lives in epoch 5 by its own word, the database has epoch 6"],
        ClusterDifferences.Between(Own, ClusterRows.With(epoch: 6, state: "down", leaseHeld: false)));

    [Fact]
    public void State_policy_and_lease_are_each_told() => Assert.Equal(
        [
            "n1 is up by its own word, down in the database",
            "n1 runs policy 7 by its own word, policy 8 in the database",
            "the lease of n1 is held by its own word, lost in the database",
        ],
        ClusterDifferences.Between(Own, ClusterRows.With(state: "down", policy: 8, leaseHeld: false)));

    [Fact]
    public void A_lease_that_was_not_proven_for_a_while_differs_from_one_that_is_held() => Assert.Equal(
        ["the lease of n1 is doubtful by its own word, held in the database"],
        ClusterDifferences.Between(Own with { Lease = OwnLease.Doubtful }, Row));

    [Fact]
    public void A_policy_that_was_not_told_yet_is_no_difference() => Assert.Empty(ClusterDifferences.Between(Own, ClusterRows.With(policy: 0)));

    private static NodeDocument Row => ClusterRows.With();
}
