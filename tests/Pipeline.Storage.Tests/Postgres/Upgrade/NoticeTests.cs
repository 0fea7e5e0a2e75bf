using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres;
using Pipeline.Storage.Postgres.Membership;
using Pipeline.Storage.Postgres.Policies;
using Pipeline.Storage.TestKit;
using Pipeline.Storage.Tests.Policies;
using Pipeline.Tests.Support;
using Pipeline.Tests.Support.Suites;

namespace Pipeline.Storage.Tests.Postgres.Upgrade;

/// <summary>What is said through <c>NOTIFY</c> is that of form 1 (<c>tests/vectors/forms/1/notices.txt</c>; N is any number).</summary>
public sealed class NoticeTests : PostgresStoreFixture
{
    [PostgresFact]
    public async Task Work_policies_and_events_are_told_in_form_1()
    {
        var database = await SharedPostgres.CreateDatabaseAsync();
        await using var store = await OpenAsync(database, "a");
        await using var listener = new NpgsqlConnection(database + ";Pooling=false");
        await listener.OpenAsync();
        var heard = new ConcurrentDictionary<string, bool>();
        listener.Notification += (sender, notice) => heard.TryAdd(
            $"{notice.Channel} {(notice.Channel == "mailpipeline_cluster" && long.TryParse(notice.Payload, out _) ? "N" : notice.Payload)}", true);
        await using (var listen = new NpgsqlCommand("LISTEN mailpipeline_work; LISTEN mailpipeline_policy; LISTEN mailpipeline_cluster", listener))
        {
            await listen.ExecuteNonQueryAsync();
        }

        await using var cluster = await PostgresCluster.OpenAsync(
            new PostgresOptions { ConnectionString = database, Node = "a" }, new MembershipOptions(), NullLogger.Instance, default);
        await using (var life = await cluster.JoinAsync(
            new NodeCard { Name = "a", Version = "1", Wire = ClusterForms.Wire, Stored = ClusterForms.Stored }, default))
        {
            // What is released is told at once; what a node that leaves still holds, with its end.
            Assert.Equal(WriteOutcome.Durable, (await AcceptAsync(store, life.Owner, release: true)).Outcome);
            Assert.Equal(WriteOutcome.Durable, (await AcceptAsync(store, life.Owner)).Outcome);
            await life.LeaveAsync(default);
        }

        await using var registry = await PostgresPolicyRegistry.OpenAsync(new PostgresOptions { ConnectionString = database, Node = "a" }, default);
        await registry.PublishAsync(new PolicyPublication { Bundle = Bundles.Of("x"), By = "test" }, default);
        var golden = await File.ReadAllLinesAsync(Path.Combine(TestFolders.Vectors("forms"), "1", "notices.txt"));

        Assert.True(
            await Polling.UntilAsync(async () => !await listener.WaitAsync(TimeSpan.FromMilliseconds(50)) && heard.Count >= golden.Length, Soon),
            string.Join('\n', heard.Keys));
        Assert.Equal(golden, heard.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_a_later_program_says_beside_is_skipped() =>
        Assert.Equal([QueueStage.ToRoute, QueueStage.ToDeliver], WorkNotice.Read("drx later"));
}
