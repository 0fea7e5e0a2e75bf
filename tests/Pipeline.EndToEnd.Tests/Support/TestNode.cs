using System.Net;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Node.CommandLine.Explain;
using Pipeline.Node.Configuration;
using Pipeline.Node.Hosting;
using Pipeline.Storage.Ports;

namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>A whole node in this process, on a port of the system's choice, in a folder of its own.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly MailNode _node;

    private TestNode(MailNode node) => _node = node;

    public IPEndPoint Endpoint => Assert.Single(_node.Endpoints);

    public string StoreDirectory => _node.StoreDirectory;

    public IMessageStore Store => _node.Store;

    /// <param name="policy">The configuration; <c>FOLDER</c> stands for the folder's path.</param>
    /// <param name="zone">Records that DNS has, in JSON.</param>
    public static async Task<TestNode> StartAsync(Folder folder, string policy, string zone = "{}", TimeSpan ahead = default, TimeSpan? queueInterval = null)
    {
        var options = new NodeOptions
        {
            PolicyFile = folder.Write("mailpipeline.conf", policy.Replace("FOLDER", folder.Path, StringComparison.Ordinal)),
            Settings = new NodeSettings
            {
                Name = "node",
                Listen = [new ListenSettings("127.0.0.1:0")],
                Dns = new DnsSettings { ZoneFile = folder.Write("zone.json", zone) },
            },
            Time = new LaterTime(ahead),
            QueueInterval = queueInterval,
        };
        return new TestNode(await MailNode.StartAsync(options, CancellationToken.None));
    }

    public Task<SmtpTestClient> ConnectAsync() => SmtpTestClient.GreetedAsync(Endpoint);

    /// <summary>Sends a message with LF line ends; the id in the 250.</summary>
    public async Task<MessageId> SendAsync(string sender, IEnumerable<string> recipients, string message)
    {
        await using var client = await ConnectAsync();
        var id = await SendAsync(client, sender, recipients, message);
        await client.CommandAsync("QUIT", "221 ");
        return id;
    }

    public static async Task<MessageId> SendAsync(SmtpTestClient client, string sender, IEnumerable<string> recipients, string message)
    {
        await client.CommandAsync($"MAIL FROM:<{sender}>", "250 ");
        foreach (var recipient in recipients)
        {
            await client.CommandAsync($"RCPT TO:<{recipient}>", "250 ");
        }

        await client.CommandAsync("DATA", "354 ");
        await client.SendAsync(message.Replace("\n.", "\n..", StringComparison.Ordinal).ReplaceLineEndings("\r\n"));
        return IdIn(await client.CommandAsync(message.EndsWith('\n') ? "." : "\r\n.", "250 "));
    }

    public static MessageId IdIn(string reply)
    {
        Assert.True(MessageId.TryCreate(reply[(reply.IndexOf("id=", StringComparison.Ordinal) + 3)..], out var id), reply);
        return id;
    }

    /// <summary>Waits until the journal of a message has an event of a type; all its events so far.</summary>
    public Task<IReadOnlyList<JournalEvent>> UntilAsync<T>(MessageId id)
        where T : JournalEvent => UntilAsync(id, events => events.OfType<T>().Any());

    public Task<IReadOnlyList<JournalEvent>> UntilAsync(MessageId id, Func<IReadOnlyList<JournalEvent>, bool> condition) => Eventually.IsAsync(
        async () =>
        {
            IReadOnlyList<JournalEvent> events = [.. (await Store.ReadJournalAsync(id, CancellationToken.None)).Select(entry => entry.Event)];
            return condition(events) ? events : null;
        },
        async () => $"it never came to that:\n{await ExplainAsync(id)}");

    /// <summary>What <c>mailpipeline explain</c> prints.</summary>
    public async Task<string> ExplainAsync(MessageId id)
    {
        var output = new StringWriter();
        var journal = await Store.ReadJournalAsync(id, CancellationToken.None);
        if (!journal.IsEmpty)
        {
            TimelinePrinter.Print(output, id.ToString(), journal, null);
        }

        return output.ToString();
    }

    /// <summary>Changes the configuration and has the node read it, as SIGHUP does.</summary>
    public Task ReloadAsync(Folder folder, string policy)
    {
        folder.Write("mailpipeline.conf", policy.Replace("FOLDER", folder.Path, StringComparison.Ordinal));
        return _node.ReloadAsync(CancellationToken.None);
    }

    public Task StopAsync() => _node.StopAsync();

    public ValueTask DisposeAsync() => _node.DisposeAsync();
}
