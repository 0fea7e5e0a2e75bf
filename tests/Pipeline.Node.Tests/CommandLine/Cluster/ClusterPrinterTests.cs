using Pipeline.Node.Admin.Cluster;
using Pipeline.Node.CommandLine.Cluster;

namespace Pipeline.Node.Tests.CommandLine.Cluster;

public sealed class ClusterPrinterTests
{
    private static readonly string Epoch = DateTimeOffset.UnixEpoch.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public void Nodes_stand_in_columns_with_a_mark_for_the_one_asked_and_differences_below()
    {
        var document = new ClusterDocument(
            [ClusterRows.With("long-name", address: "mx1:8425"), ClusterRows.With("n2", unreachable: true)],
            new OwnView("long-name", "up", 5, 7, OwnLease.Held),
            ["something"]);

        Assert.Equal(
            $"""
               NAME       STATE             ROLES            EPOCH  VERSION  POLICY  ACTIVE  CONNECTIONS  ADDRESS   STARTED              SEEN                 LOCK
            *  long-name  up                receiver,router  5      0.1.0    7       3       12           mx1:8425  {Epoch}  {Epoch}  held
               n2         up (unreachable)  receiver,router  5      0.1.0    7       3       12           -         {Epoch}  {Epoch}  none
            differs: something

            """,
            Print(output => ClusterPrinter.PrintNodes(output, document)));
    }

    [Fact]
    public void Lag_is_told_by_stage_and_by_node_with_sizes()
    {
        var lag = new LagDocument(
            DateTimeOffset.UnixEpoch,
            [new StageLag("route", 0, 0, null, 1), new StageLag("deliver", 20, 4, 61.25, 2)],
            [new NodeLag("n1", "up", 3, 0.5)],
            new StoreSizes(512, 1536, 3L * 1024 * 1024 * 1024, 9));

        Assert.Equal(
            """
            STAGE    WAITING  OVERDUE  OLDEST DUE  CLAIMED
            route    0        0        -           1
            deliver  20       4        61.3 s      2

            NODE  STATE  CLAIMED  LAST HEARD
            n1    up     3        0.5 s ago

            queue 512 B, bodies 1.5 KiB, journals 3 GiB in 9 partitions

            """,
            Print(output => ClusterPrinter.PrintLag(output, lag)));
    }

    [Theory]
    [InlineData("n1", "", 0, "n1               left           epoch 5")]
    [InlineData("alice", "by order", 3, "n1               left           epoch 5, by alice: by order (3 messages)")]
    public void Events_are_lines(string by, string detail, int messages, string line) => Assert.Equal(
        $"{Epoch}       8  {line}", ClusterPrinter.Line(new EventDocument(8, DateTimeOffset.UnixEpoch, "left", "n1", 5, by, detail, messages)));

    private static string Print(Action<TextWriter> print)
    {
        using var output = new StringWriter { NewLine = "\n" };
        print(output);
        return output.ToString();
    }
}
