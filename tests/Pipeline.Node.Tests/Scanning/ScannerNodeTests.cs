using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Pipeline.Messages.Journal;
using Pipeline.Node.Admin;
using Pipeline.Node.Admin.Cluster;
using Pipeline.Node.Configuration;
using Pipeline.Node.Hosting;
using Pipeline.Node.Tests.Admin;
using Pipeline.Node.Tests.Listeners;
using Pipeline.Storage.Ports;
using Pipeline.Storage.TestKit;
using Pipeline.Tests.Support;
using Pipeline.Tests.Support.Scanning;
using Pipeline.Tests.Support.Tls;

namespace Pipeline.Node.Tests.Scanning;

/// <summary>Whole nodes on one PostgreSQL: one receives and does not scan, others scan and do not receive.</summary>
public sealed class ScannerNodeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mp-sn");
    private readonly TestAuthority _authority;

    public ScannerNodeTests() => _authority = new TestAuthority(_folder.FullName, "authority");

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    [PostgresFact]
    public async Task Receiver_has_its_messages_scanned_by_the_nodes_that_scan_and_defers_when_none_is_left()
    {
        var release = new TaskCompletionSource();
        var holds = true;
        await using var spamd = ScriptedSpamd.Start(async request =>
        {
            if (holds)
            {
                await release.Task;
            }

            await request.AnswerAsync(ScriptedSpamd.Reply(request.Message.Contains("buy", StringComparison.Ordinal) ? "9.9" : "1.2"));
        });
        var database = await SharedPostgres.CreateDatabaseAsync();
        var policy = WritePolicy(spamd.Address);
        await using var receiver = await StartAsync("r1", policy, database, "receiver", "router", "deliverer");
        Assert.Equal(451, await SendAsync(receiver, "nobody scans yet"));

        await using (var first = await StartAsync("s1", policy, database, "scanner"))
        {
            // The directory of the receiver is looked up once a second.
            Assert.True(await Polling.UntilAsync(() => KnowsAsync(receiver, "s1"), TimeSpan.FromSeconds(30)));
            var sending = SendAsync(receiver, "hello");
            Assert.True(await Polling.UntilAsync(async () => (await ReadAsync(receiver, "s1")).Scans == 1 || sending.IsCompleted, TimeSpan.FromSeconds(60)));
            Assert.False(sending.IsCompleted);
            (holds, _) = (false, release.TrySetResult());
            Assert.Equal(250, await sending);
            Assert.Equal(550, await SendAsync(receiver, "buy this"));
            Assert.StartsWith("1.2 of 5.0 for nobody, by s1, ", (await LastCheckAsync(receiver)).Detail, StringComparison.Ordinal);

            // A second one takes over for the first, which goes away in disorder.
            await using var second = await StartAsync("s2", policy, database, "scanner");
            Assert.True(await Polling.UntilAsync(() => KnowsAsync(receiver, "s2"), TimeSpan.FromSeconds(30)));
            await first.AbandonAsync();
            Assert.Equal(250, await SendAsync(receiver, "hello again"));
            Assert.StartsWith("1.2 of 5.0 for nobody, by s2, ", (await LastCheckAsync(receiver)).Detail, StringComparison.Ordinal);
        }

        Assert.Equal(451, await SendAsync(receiver, "nobody scans any more"));
    }

    private async Task<bool> KnowsAsync(MailNode node, string name) => (await ReadAsync(node, name)) is { State: "up", ScannerAddress: not null };

    /// <summary>As <c>cluster show</c> asks for it.</summary>
    private async Task<NodeDocument> ReadAsync(MailNode node, string name)
    {
        var (certificate, key) = _authority.Sign("viewer", "viewer");
        using var client = AdminClient.To(new RemoteNode("127.0.0.1", node.AdminEndpoint!.Port, certificate, key, _authority.File), TimeProvider.System);
        var cluster = await client.AskAsync("cluster", ClusterJson.Default.ClusterDocument, CancellationToken.None);
        return cluster.Nodes.First(other => other.Name == name);
    }

    private static async Task<CheckCompleted> LastCheckAsync(MailNode node)
    {
        CheckCompleted? last = null;
        Assert.True(await Polling.UntilAsync(
            async () =>
            {
                foreach (var id in await node.Store.FindAsync(new JournalQuery(null, null, null, null), CancellationToken.None))
                {
                    var journal = await node.Store.ReadJournalAsync(id, CancellationToken.None);
                    last = journal.Select(entry => entry.Event).OfType<MessageAccepted>().Any()
                        ? journal.Select(entry => entry.Event).OfType<CheckCompleted>().FirstOrDefault(check => check.Check == "spam")
                        : null;
                    if (last is not null)
                    {
                        return true;
                    }
                }

                return false;
            },
            TimeSpan.FromSeconds(30)));
        return last!;
    }

    private static async Task<int> SendAsync(MailNode node, string body)
    {
        await using var client = await SmtpTestClient.GreetedAsync(Assert.Single(node.Endpoints));
        await client.CommandAsync("MAIL FROM:<a@from.test>", "250 ");
        await client.CommandAsync("RCPT TO:<b@local.test>", "250 ");
        await client.CommandAsync("DATA", "354 ");
        return int.Parse((await client.CommandAsync($"Subject: x\r\n\r\n{body}\r\n.", ""))[..3], CultureInfo.InvariantCulture);
    }

    private string WritePolicy(string spamd)
    {
        var path = Path.Combine(_folder.FullName, "mailpipeline.conf");
        File.WriteAllText(path, $"""
            primary_hostname = mx.local.test
            spool_directory = {_folder.FullName}/spool
            spamd_address = {spamd}
            acl_smtp_rcpt = everyone
            acl_smtp_data = check_data

            begin acl
            everyone:
              accept
            check_data:
              deny spam = nobody
              accept

            begin routers
            all:
              driver = accept
              transport = maildir

            begin transports
            maildir:
              driver = appendfile
              directory = {_folder.FullName}/mail
              maildir_format
            """);
        return path;
    }

    private Task<MailNode> StartAsync(string name, string policy, string database, params string[] roles)
    {
        var (certificate, key) = _authority.Sign(name, "node", isServer: true, isClient: true);
        var port = Loopback.FreeEndpoint().Port;
        return MailNode.StartAsync(
            new NodeOptions
            {
                PolicyFile = policy,
                Settings = new NodeSettings
                {
                    Name = name,
                    StoreDirectory = Path.Combine(_folder.FullName, name),
                    Listen = [new ListenSettings("127.0.0.1:0")],
                    DrainTime = TimeSpan.FromSeconds(5),
                    Cluster = new ClusterSettings { Database = $"{database};Application Name={name}", Roles = roles },
                    Admin = new AdminSettings
                    {
                        Listen = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"),
                        Certificate = certificate,
                        Key = key,
                        ClientCa = _authority.File,
                    },
                },
            },
            CancellationToken.None);
    }
}
