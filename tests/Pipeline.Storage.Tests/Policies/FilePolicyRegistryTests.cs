using System.Runtime.Versioning;
using Pipeline.Storage.Policies;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Tests.Sqlite;

namespace Pipeline.Storage.Tests.Policies;

public sealed class FilePolicyRegistryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Folder => Path.Combine(_folder.Path, "policies");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task Numbers_ascend() => RunAsync(PolicyRegistryConformance.NumbersAscend);

    [Fact]
    public Task A_policy_is_read_as_it_was_published() => RunAsync(PolicyRegistryConformance.APolicyIsReadAsItWasPublished);

    [Fact]
    public Task The_same_again_is_no_new_number() => RunAsync(PolicyRegistryConformance.TheSameAgainIsNoNewNumber);

    [Fact]
    public Task What_was_in_force_before_comes_back_under_a_new_number() => RunAsync(PolicyRegistryConformance.WhatWasInForceBeforeComesBackUnderANewNumber);

    [Fact]
    public Task Of_two_publishers_the_second_is_told() => RunAsync(PolicyRegistryConformance.OfTwoPublishersTheSecondIsTold);

    [Fact]
    public Task Publishers_that_do_not_mind_each_other_all_get_numbers() => RunAsync(PolicyRegistryConformance.PublishersThatDoNotMindEachOtherAllGetNumbers);

    [Fact]
    public Task A_wait_can_be_cancelled() => RunAsync(PolicyRegistryConformance.AWaitCanBeCancelled);

    [Fact]
    public Task A_node_says_what_it_runs_until_it_withdraws() => RunAsync(PolicyRegistryConformance.ANodeSaysWhatItRunsUntilItWithdraws);

    [Fact]
    public Task A_large_bundle_is_kept() => RunAsync(PolicyRegistryConformance.ALargeBundleIsKept);

    [Fact]
    public Task A_publication_ends_the_wait_for_it() =>
        RunAsync(registry => PolicyRegistryConformance.APublicationEndsTheWaitForIt(registry, registry));

    [Fact]
    public async Task Numbers_and_texts_are_the_same_after_a_restart()
    {
        await RunAsync(registry => PolicyRegistryConformance.PublishAsync(registry, "a"));

        await RunAsync(async registry =>
        {
            Assert.Equal(Bundles.Of("a").Digest, (await registry.ReadAsync(1, default))!.Bundle.Digest);
            Assert.Equal(2, (await PolicyRegistryConformance.PublishAsync(registry, "b")).Number);
        });
    }

    [Fact]
    public async Task A_publication_that_was_interrupted_never_happened()
    {
        await RunAsync(registry => PolicyRegistryConformance.PublishAsync(registry, "a"));
        await File.WriteAllTextAsync(Path.Combine(Folder, "000002.json.new"), "{\"numb");

        await RunAsync(async registry => Assert.Equal(2, (await PolicyRegistryConformance.PublishAsync(registry, "b")).Number));
    }

    [Fact]
    public async Task A_damaged_file_is_named()
    {
        await RunAsync(registry => PolicyRegistryConformance.PublishAsync(registry, "a"));
        await File.WriteAllTextAsync(Path.Combine(Folder, "000001.json"), "{}");

        await RunAsync(async registry =>
            Assert.Contains("000001.json", (await Assert.ThrowsAsync<InvalidDataException>(() => registry.ReadAsync(1, default))).Message, StringComparison.Ordinal));
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task Only_the_owner_can_read_what_may_hold_secrets()
    {
        await RunAsync(registry => PolicyRegistryConformance.PublishAsync(registry, "a"));

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Folder, "000001.json")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
    }

    [Fact]
    public Task The_oldest_go_when_there_are_too_many() => RunAsync(async registry =>
    {
        await PolicyRegistryConformance.PublishAsync(registry, "a");
        File.Move(Path.Combine(Folder, "000001.json"), Path.Combine(Folder, "000002.json"));
        await File.WriteAllTextAsync(
            Path.Combine(Folder, $"00{FilePolicyRegistry.MaxKept + 1}.json"),
            (await File.ReadAllTextAsync(Path.Combine(Folder, "000002.json"))).Replace("\"number\":1", $"\"number\":{FilePolicyRegistry.MaxKept + 1}", StringComparison.Ordinal));

        Assert.Equal(FilePolicyRegistry.MaxKept + 2, (await PolicyRegistryConformance.PublishAsync(registry, "b")).Number);

        Assert.Null(await registry.ReadAsync(2, default));
    });

    private async Task RunAsync(Func<IPolicyRegistry, Task> test)
    {
        await using var registry = new FilePolicyRegistry(Folder, TimeProvider.System);
        await test(registry);
    }
}
