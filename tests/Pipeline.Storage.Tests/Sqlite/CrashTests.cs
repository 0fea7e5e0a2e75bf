using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.CrashWriter;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Sqlite;

namespace Pipeline.Storage.Tests.Sqlite;

public sealed class CrashTests : SqliteStoreFixture
{
    private const int Crashes = 10;

    [Fact]
    public async Task Killed_at_any_moment_the_spool_has_every_acknowledged_message_whole_and_no_other_half()
    {
        var random = new Random(20300102);
        var settings = new SqliteStoreOptions { Directory = Options.Directory };
        var acknowledged = 0;
        var orphans = 0;
        for (var crash = 0; crash < Crashes; crash++)
        {
            var said = await RunUntilKilledAsync(random.Next(1, 400));
            await using var store = await SqliteMessageStore.OpenAsync(settings, NullLogger.Instance, default);
            var owner = new Ownership("crash", store.Epoch);
            orphans += (await store.RecoverAsync(owner, default)).OrphanFiles;
            acknowledged += await AssertKeptAsync(store, said);
            await AssertWholeAndEmptyAsync(store, owner);
        }

        Assert.InRange(acknowledged, Crashes, int.MaxValue);
        Assert.InRange(orphans, 0, Crashes * 32);
    }

    private async Task<List<(char What, MessageId Id)>> RunUntilKilledAsync(int lines)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(CrashMessage).Assembly.Location);
        start.ArgumentList.Add(Options.Directory);
        using var process = Process.Start(start)!;
        var said = new List<(char, MessageId)>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (MessageId.TryCreate(line[2..], out var id))
            {
                said.Add((line[0], id));
            }

            if (said.Count == lines)
            {
                process.Kill();
            }
        }

        await process.WaitForExitAsync();
        Assert.True(said.Count >= lines, $"the writer ended by itself with {process.ExitCode}");
        return said;
    }

    /// <summary>What was acknowledged is there; what was acknowledged as complete has left the queue with its whole journal.</summary>
    private static async Task<int> AssertKeptAsync(SqliteMessageStore store, List<(char What, MessageId Id)> said)
    {
        var completing = said.Where(s => s.What == 'c').Select(s => s.Id).ToHashSet();
        var completed = said.Where(s => s.What == 'C').Select(s => s.Id).ToHashSet();
        var accepted = said.Where(s => s.What == 'A').Select(s => s.Id).ToArray();
        foreach (var id in accepted)
        {
            var queued = await store.ReadAsync(id, default) is not null;
            var journal = await store.ReadJournalAsync(id, default);
            if (completed.Contains(id))
            {
                Assert.False(queued);
            }
            else if (!completing.Contains(id))
            {
                Assert.True(queued);
            }

            Assert.Equal(Enumerable.Range(0, journal.Length), journal.Select(e => e.Sequence));
            Assert.Equal(!queued, journal[^1].Event is MessageCompleted);
        }

        return accepted.Length;
    }

    /// <summary>Every message that is in the queue is whole, acknowledged or not, and no file is without a message. Then the queue is emptied.</summary>
    private async Task AssertWholeAndEmptyAsync(SqliteMessageStore store, Ownership owner)
    {
        var files = BodyFiles.Length;
        var referenced = 0;
        var claimed = await store.ClaimDueAsync(owner, DateTimeOffset.MaxValue, int.MaxValue, default);
        Assert.Equal((await store.CountAsync(default)).Queued, claimed.Length);
        foreach (var message in claimed)
        {
            Assert.Equal(CrashMessage.HeaderOf(message.Id), message.Content.HeaderBlock.ToArray());
            Assert.Equal(CrashMessage.BodyOf(message.Id), await BodyAsync(message.Content));
            referenced += message.Content.TryGetBody(out _) ? 0 : 1;
            ImmutableArray<JournalEntry> end = [new(message.NextSequence, DateTimeOffset.UnixEpoch, new MessageCompleted())];
            Assert.Equal(
                WriteOutcome.Durable,
                await store.UpdateAsync(
                    new MessageUpdate { Id = message.Id, Owner = owner, Closing = UpdateClosing.Complete, Journal = end }, default));
        }

        Assert.Equal(referenced, files);
    }

    private static async Task<byte[]> BodyAsync(IMessageContent content)
    {
        await using var stream = content.OpenBody();
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }
}
