using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Tests.Policies;

/// <summary>What every registry of policies does. An engine names its facts, because one of them needs a server.</summary>
internal static class PolicyRegistryConformance
{
    public static async Task NumbersAscend(IPolicyRegistry registry)
    {
        Assert.Equal(0, await registry.ReadCurrentNumberAsync(default));
        Assert.Empty(await registry.ReadHistoryAsync(10, default));

        var first = await PublishAsync(registry, "a", note: "the first");
        var second = await PublishAsync(registry, "b");

        Assert.Equal((1, 2), (first.Number, second.Number));
        Assert.Equal(2, await registry.ReadCurrentNumberAsync(default));
        Assert.Equal([second, first], (await registry.ReadHistoryAsync(10, default)).AsEnumerable());
        Assert.Equal([second], (await registry.ReadHistoryAsync(1, default)).AsEnumerable());
        Assert.Equal(("the first", "tester@here", Bundles.Of("a").Digest), (first.Note, first.By, first.Digest));
    }

    public static async Task APolicyIsReadAsItWasPublished(IPolicyRegistry registry)
    {
        var bundle = Bundles.Make(
            "/main", [new PolicyMacro("A", "grün")], [Bundles.File("/main", "x"), new PolicyFile("/raw", new byte[] { 0, 255, 10 }), Bundles.Absent("/absent")]);
        var published = Assert.IsType<PublishOutcome.Published>(await registry.PublishAsync(Publication(bundle), default));

        var read = await registry.ReadAsync(1, default);

        Assert.Equal(published.Record, read!.Record);
        Assert.Equal(bundle.Digest, read.Bundle.Digest);
        Assert.Equal(bundle.Files.Select(file => file.Name), read.Bundle.Files.Select(file => file.Name));
        Assert.Null(await registry.ReadAsync(2, default));
    }

    public static async Task TheSameAgainIsNoNewNumber(IPolicyRegistry registry)
    {
        var first = await PublishAsync(registry, "a");

        Assert.Equal(new PublishOutcome.Unchanged(first), await registry.PublishAsync(Publication(Bundles.Of("a")), default));
        Assert.IsType<PublishOutcome.Published>(await registry.PublishAsync(Publication(Bundles.Of("a")) with { Force = true }, default));
        Assert.Equal(2, await registry.ReadCurrentNumberAsync(default));
    }

    public static async Task WhatWasInForceBeforeComesBackUnderANewNumber(IPolicyRegistry registry)
    {
        await PublishAsync(registry, "a");
        await PublishAsync(registry, "b");

        var outcome = await registry.PublishAsync(Publication(Bundles.Of("a")) with { RestoredFrom = 1 }, default);

        Assert.Equal((3, 1), Assert.IsType<PublishOutcome.Published>(outcome).Record is var record ? (record.Number, record.RestoredFrom ?? 0) : default);
        Assert.Equal(Bundles.Of("a").Digest, (await registry.ReadAsync(3, default))!.Bundle.Digest);
    }

    public static async Task OfTwoPublishersTheSecondIsTold(IPolicyRegistry registry)
    {
        var seen = (await PublishAsync(registry, "a")).Number;
        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(i => Task.Run(() => registry.PublishAsync(Publication(Bundles.Of($"b{i}")) with { Expected = seen }, default))));

        var winner = Assert.Single(outcomes.OfType<PublishOutcome.Published>()).Record;
        Assert.Equal(2, winner.Number);
        Assert.All(outcomes.OfType<PublishOutcome.Overtaken>(), overtaken => Assert.Equal(winner, overtaken.Current));
        Assert.Equal(5, outcomes.OfType<PublishOutcome.Overtaken>().Count());

        var forced = await registry.PublishAsync(Publication(Bundles.Of("c")) with { Expected = seen, Force = true }, default);
        Assert.Equal(3, Assert.IsType<PublishOutcome.Published>(forced).Record.Number);
    }

    public static async Task PublishersThatDoNotMindEachOtherAllGetNumbers(IPolicyRegistry registry)
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => registry.PublishAsync(Publication(Bundles.Of($"{i}")), default))));

        Assert.Equal(Enumerable.Range(1, 8), outcomes.Cast<PublishOutcome.Published>().Select(outcome => outcome.Record.Number).Order());
    }

    public static async Task APublicationEndsTheWaitForIt(IPolicyRegistry registry, IPolicyRegistry publisher)
    {
        await registry.WaitForHintAsync(TimeSpan.FromMilliseconds(1), default); // listens from now on
        var waiting = registry.WaitForHintAsync(TimeSpan.FromMinutes(5), default);

        await PublishAsync(publisher, "a");

        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public static async Task AWaitCanBeCancelled(IPolicyRegistry registry)
    {
        using var cancel = new CancellationTokenSource();
        await registry.WaitForHintAsync(TimeSpan.FromMilliseconds(1), default);
        var waiting = registry.WaitForHintAsync(TimeSpan.FromMinutes(5), cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    public static async Task ANodeSaysWhatItRunsUntilItWithdraws(IPolicyRegistry registry)
    {
        await PublishAsync(registry, "a");
        var state = new NodePolicy("n1", 5, 1, 1, null, DateTimeOffset.UnixEpoch);
        await registry.ReportAsync(state, default);
        Assert.Equal(state, Assert.Single(await registry.ReadNodesAsync(default)));

        var later = state with { Wanted = 2, Problem = "no such file" };
        await registry.ReportAsync(later, default);
        Assert.Equal(later, Assert.Single(await registry.ReadNodesAsync(default)));

        await registry.WithdrawAsync("n1", 4, default);
        Assert.Equal(later, Assert.Single(await registry.ReadNodesAsync(default)));

        await registry.WithdrawAsync("n1", 5, default);
        Assert.Empty(await registry.ReadNodesAsync(default));
    }

    public static async Task ALargeBundleIsKept(IPolicyRegistry registry)
    {
        var content = new byte[PolicyBundle.MaxBytes - 20];
        new Random(3).NextBytes(content);
        var bundle = Bundles.Make("/main", [], [new PolicyFile("/main", content)]);

        Assert.IsType<PublishOutcome.Published>(await registry.PublishAsync(Publication(bundle), default));

        Assert.Equal(bundle.Digest, (await registry.ReadAsync(1, default))!.Bundle.Digest);
    }

    public static PolicyPublication Publication(PolicyBundle bundle) => new() { Bundle = bundle, By = "tester@here" };

    public static async Task<PolicyRecord> PublishAsync(IPolicyRegistry registry, string main, string? note = null) =>
        Assert.IsType<PublishOutcome.Published>(await registry.PublishAsync(Publication(Bundles.Of(main)) with { Note = note }, default)).Record;
}
