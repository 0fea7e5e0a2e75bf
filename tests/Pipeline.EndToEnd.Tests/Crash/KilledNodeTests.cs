using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Node.Configuration;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Sqlite;
using Pipeline.Tests.Support;

namespace Pipeline.EndToEnd.Tests.Crash;

/// <summary>The run of <c>benchmarks/crash</c> in small.</summary>
public sealed class KilledNodeTests : IDisposable
{
    private const int Messages = 300;
    private const int Connections = 10;
    private static readonly int[] KillsAt = [60, 200];

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_node_that_is_killed_twice_delivers_each_acknowledged_message_exactly_once()
    {
        var endpoint = Loopback.FreeEndpoint();
        var policy = _folder.Write("mailpipeline.conf", Policies.Local().Replace("FOLDER", _folder.Path, StringComparison.Ordinal));
        var settings = _folder.Write("node.json", JsonSerializer.Serialize(new { Listen = new[] { new ListenSettings(endpoint.ToString()) }, Dns = new { ZoneFile = _folder.Write("zone.json", "{}") } }));
        var account = new AccountedMessages(Messages);
        using (var node = new NodeProcess(Path.Combine(AppContext.BaseDirectory, "mailpipeline.dll"), ["--config", policy, "--node", settings], endpoint))
        {
            await node.StartAsync();
            Task[] senders = [.. Enumerable.Range(0, Connections).Select(_ => SendAsync(account, endpoint))];
            foreach (var at in KillsAt)
            {
                await Eventually.IsAsync(
                    () => Task.FromResult(account.Acknowledged >= at ? "" : null), () => Task.FromResult($"{account.Acknowledged} messages were acknowledged"));
                await node.KillAsync();
                await node.StartAsync();
            }

            await Task.WhenAll(senders).WaitAsync(Patience);
            await Eventually.IsAsync(
                async () => await CountAsync() == 0 ? "" : null, async () => $"{await CountAsync()} messages are still in the queue");
            await node.KillAsync();
        }

        await CompareAsync(account);
    }

    private static async Task SendAsync(AccountedMessages account, System.Net.IPEndPoint endpoint)
    {
        while (!account.IsDone)
        {
            try
            {
                await using var client = await SmtpTestClient.GreetedAsync(endpoint);
                while (account.TryTake(out var number))
                {
                    await SendAsync(account, client, number);
                }

                await client.CommandAsync("QUIT", "221 ");
            }
            catch (Exception lost) when (IsLoss(lost) || lost is Xunit.Sdk.TrueException)
            {
                // The node is being killed or started; another connection may give its message back.
            }

            await Task.Delay(Pause);
        }
    }

    private static async Task SendAsync(AccountedMessages account, SmtpTestClient client, int number)
    {
        var dotted = false;
        try
        {
            await CommandAsync(client, "MAIL FROM:<a@client.example>", "250 ");
            await CommandAsync(client, $"RCPT TO:<{AccountedMessages.MailboxOf(number)}@local.test>", "250 ");
            await CommandAsync(client, "DATA", "354 ");
            await client.SendAsync(AccountedMessages.Content(number));
            dotted = true;
            account.Accept(TestNode.IdIn(await CommandAsync(client, ".", "250 ")), number);
        }
        catch (Exception lost) when (IsLoss(lost))
        {
            account.Repeat(number, dotted);
            throw;
        }
    }

    private static async Task<string> CommandAsync(SmtpTestClient client, string line, string expected)
    {
        await client.SendAsync(line + "\r\n");
        var reply = await client.ReadReplyAsync() ?? throw new ConnectionLostException();
        Assert.StartsWith(expected, reply, StringComparison.Ordinal);
        return reply;
    }

    /// <summary>The connection ended, or the client's patience with it.</summary>
    private static bool IsLoss(Exception error) => error is IOException or SocketException or ConnectionLostException or OperationCanceledException;

    private async Task<long> CountAsync()
    {
        await using var store = await OpenAsync();
        return (await store.CountAsync(CancellationToken.None)).Queued;
    }

    private Task<IMessageStore> OpenAsync() =>
        SqliteMessageStore.OpenReadOnlyAsync(new SqliteStoreOptions { Directory = _folder.Of("spool", "store") }, CancellationToken.None);

    private async Task CompareAsync(AccountedMessages account)
    {
        await using var store = await OpenAsync();
        var copies = new Dictionary<MessageId, int>();
        foreach (var (id, number, mailbox) in Stored())
        {
            Assert.Equal(AccountedMessages.MailboxOf(number), mailbox);
            Assert.True(copies.TryAdd(id, number), $"{id} is in {mailbox} twice");
            if (account.ById.TryGetValue(id, out var sent))
            {
                Assert.Equal(sent, number);
            }

            var events = (await store.ReadJournalAsync(id, CancellationToken.None)).Select(entry => entry.Event).ToArray();
            Assert.Single(events.OfType<MessageAccepted>());
            Assert.Single(events.OfType<RecipientDelivered>());
            Assert.IsType<MessageCompleted>(events[^1]);
        }

        Assert.Empty(account.ById.Keys.Except(copies.Keys));
        foreach (var repeats in copies.Where(copy => !account.ById.ContainsKey(copy.Key)).GroupBy(copy => copy.Value))
        {
            Assert.True(repeats.Count() <= account.InDoubt(repeats.Key), $"message {repeats.Key} is there {repeats.Count()} times more than its client can have caused");
        }

        Assert.Equal(Messages, account.ById.Values.Distinct().Count());
    }

    /// <summary>What is in the mailboxes: the node's id and the client's number of each file, whole or the test fails.</summary>
    private IEnumerable<(MessageId Id, int Number, string Mailbox)> Stored()
    {
        for (var box = 0; box < 5; box++)
        {
            foreach (var file in _folder.Mail($"box{box}"))
            {
                var text = File.ReadAllText(file, Encoding.Latin1);
                var number = int.Parse(Between(text, "Message-ID: <m", "@"), System.Globalization.CultureInfo.InvariantCulture);
                Assert.EndsWith(AccountedMessages.Content(number).ReplaceLineEndings("\n"), text, StringComparison.Ordinal);
                Assert.True(MessageId.TryCreate(Between(text, "\tid ", "\n").TrimEnd(';'), out var id), file);
                yield return (id, number, $"box{box}");
            }
        }
    }

    private static string Between(string text, string start, string end)
    {
        var from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return text[from..text.IndexOf(end, from, StringComparison.Ordinal)];
    }

    private sealed class ConnectionLostException : Exception;
}
