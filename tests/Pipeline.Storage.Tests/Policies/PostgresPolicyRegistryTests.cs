using Npgsql;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres;
using Pipeline.Storage.Postgres.Policies;
using Pipeline.Storage.Postgres.Private;
using Pipeline.Storage.TestKit;

namespace Pipeline.Storage.Tests.Policies;

public sealed class PostgresPolicyRegistryTests
{
    [PostgresFact]
    public Task Numbers_ascend() => RunAsync(PolicyRegistryConformance.NumbersAscend);

    [PostgresFact]
    public Task A_policy_is_read_as_it_was_published() => RunAsync(PolicyRegistryConformance.APolicyIsReadAsItWasPublished);

    [PostgresFact]
    public Task The_same_again_is_no_new_number() => RunAsync(PolicyRegistryConformance.TheSameAgainIsNoNewNumber);

    [PostgresFact]
    public Task What_was_in_force_before_comes_back_under_a_new_number() => RunAsync(PolicyRegistryConformance.WhatWasInForceBeforeComesBackUnderANewNumber);

    [PostgresFact]
    public Task Of_two_publishers_the_second_is_told() => RunAsync(PolicyRegistryConformance.OfTwoPublishersTheSecondIsTold);

    [PostgresFact]
    public Task Publishers_that_do_not_mind_each_other_all_get_numbers() => RunAsync(PolicyRegistryConformance.PublishersThatDoNotMindEachOtherAllGetNumbers);

    [PostgresFact]
    public Task A_wait_can_be_cancelled() => RunAsync(PolicyRegistryConformance.AWaitCanBeCancelled);

    [PostgresFact]
    public Task A_node_says_what_it_runs_until_it_withdraws() => RunAsync(PolicyRegistryConformance.ANodeSaysWhatItRunsUntilItWithdraws);

    [PostgresFact]
    public Task A_large_bundle_is_kept() => RunAsync(PolicyRegistryConformance.ALargeBundleIsKept);

    [PostgresFact]
    public async Task A_publication_by_another_process_ends_the_wait_for_it()
    {
        var database = await SharedPostgres.CreateDatabaseAsync();
        await using var here = await OpenAsync(database);
        await using var there = await OpenAsync(database);

        await PolicyRegistryConformance.APublicationEndsTheWaitForIt(here, there);
    }

    [PostgresFact]
    public async Task The_same_text_is_kept_once()
    {
        var database = await SharedPostgres.CreateDatabaseAsync();
        await using var registry = await OpenAsync(database);

        await PolicyRegistryConformance.PublishAsync(registry, "a");
        await PolicyRegistryConformance.PublishAsync(registry, "b");
        await PolicyRegistryConformance.PublishAsync(registry, "a");

        Assert.Equal(2L, await ScalarAsync(database, "SELECT count(*) FROM policy_bundle"));
    }

    [PostgresFact]
    public async Task A_life_that_was_replaced_does_not_speak_over_its_successor_and_counts_no_more()
    {
        var database = await SharedPostgres.CreateDatabaseAsync();
        await using var registry = await OpenAsync(database);
        var successor = new NodePolicy("n1", 6, 2, 2, null, DateTimeOffset.UnixEpoch);
        await registry.ReportAsync(successor, default);

        await registry.ReportAsync(successor with { Epoch = 5, Number = 1 }, default);
        Assert.Equal(successor, Assert.Single(await registry.ReadNodesAsync(default)));

        await ScalarAsync(database, "INSERT INTO lease VALUES ('n1', 6, true) RETURNING 1");
        Assert.True(Assert.Single(await registry.ReadNodesAsync(default)).Runs);

        await ScalarAsync(database, "UPDATE lease SET epoch = 7 RETURNING 1");
        Assert.False(Assert.Single(await registry.ReadNodesAsync(default)).Runs);
    }

    [PostgresFact]
    public async Task A_registry_survives_an_outage_of_its_database()
    {
        await using var server = await PrivatePostgres.StartAsync(durable: false, default);
        await using var registry = await OpenAsync(await server.CreateDatabaseAsync("policies", default));
        await PolicyRegistryConformance.PublishAsync(registry, "a");
        await registry.WaitForHintAsync(TimeSpan.FromMilliseconds(1), default);

        await server.StopServerAsync(crash: true, default);

        await registry.WaitForHintAsync(TimeSpan.FromMilliseconds(1), default);
        await Assert.ThrowsAsync<PolicyRegistryException>(() => registry.ReadCurrentNumberAsync(default));

        await server.StartServerAsync(default);

        await registry.WaitForHintAsync(TimeSpan.FromMilliseconds(1), default);
        Assert.Equal(1, await registry.ReadCurrentNumberAsync(default));
    }

    private static async Task RunAsync(Func<IPolicyRegistry, Task> test)
    {
        await using var registry = await OpenAsync(await SharedPostgres.CreateDatabaseAsync());
        await test(registry);
    }

    private static Task<PostgresPolicyRegistry> OpenAsync(string database) =>
        PostgresPolicyRegistry.OpenAsync(new PostgresOptions { ConnectionString = database, Node = "test" }, default);

    private static async Task<object?> ScalarAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
