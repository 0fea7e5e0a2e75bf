using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Message;
using Pipeline.Mail.Scanning;
using Pipeline.Messages.Scanning;
using Pipeline.Node.Admin;
using Pipeline.Node.Admin.Tls;
using Pipeline.Node.Configuration;
using Pipeline.Node.Scanning;
using Pipeline.Node.Tests.Admin;
using Pipeline.Tests.Support;
using Pipeline.Tests.Support.Scanning;
using Pipeline.Tests.Support.Tls;

namespace Pipeline.Node.Tests.Scanning;

/// <summary>One scan over HTTP/2 and mutual TLS: who may have it, who gets it, and who else when that fails.</summary>
public sealed class ScanTests : IDisposable
{
    private const string Mail = "Subject: a\r\n\r\nbody\r\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("mp-scan-").FullName;
    private readonly TestAuthority _authority;
    private readonly FakeCluster _cluster = new();
    private readonly List<ScanTransport> _transports = [];

    public ScanTests() => _authority = new TestAuthority(_folder, "authority");

    public void Dispose()
    {
        _transports.ForEach(static transport => transport.Dispose());
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Message_goes_over_and_the_verdict_comes_back()
    {
        var servers = ScriptedScanner.Scores(7.5m);
        await using var scanner = await ScannerHost.StartAsync(_authority, "s1", servers);
        Join(("s1", scanner));

        var scanned = Assert.IsType<ScanOutcome.Scanned>(await AskAsync());

        Assert.Equal((new SpamVerdict(7.5m, 5, "report"), "s1, spamd"), (scanned.Verdict, scanned.By));
        var (job, message) = Assert.Single(servers.Scans);
        Assert.Equal(Mail, message);
        Assert.Equal(("joe", "127.0.0.1 783", "1xV3ze-IUvupnsd1MR-393w"), (job.User, job.Servers, job.Message));
        Assert.InRange(job.Deadline, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData("127.0.0.1 783", null)]
    [InlineData("127.0.0.1 783 pri=2 : /run/rspamd.sock variant=rspamd", "a@from.test")]
    public async Task Envelope_goes_over_where_a_server_is_told_it(string list, string? sender)
    {
        var servers = ScriptedScanner.Scores(1);
        await using var scanner = await ScannerHost.StartAsync(_authority, "s1", servers);
        Join(("s1", scanner));
        Assert.IsType<ScanOutcome.Scanned>(await AskAsync(servers: list));
        Assert.Equal(sender, Assert.Single(servers.Scans).Job.Envelope?.Sender);
    }

    [Theory]
    [InlineData("Eicar")]
    [InlineData(null)]
    public async Task Virus_scan_goes_over_as_one(string? malware)
    {
        var servers = new ScriptedScanner((_, _) => Task.FromResult<ScanOutcome>(new ScanOutcome.Examined(malware, "clamd [127.0.0.1]:3310", "[127.0.0.1]:3310")));
        await using var scanner = await ScannerHost.StartAsync(_authority, "s1", servers);
        Join(("s1", scanner));
        var examined = Assert.IsType<ScanOutcome.Examined>(await AskAsync(servers: "clamd:127.0.0.1 3310", kind: ScanKind.Malware));
        Assert.Equal((malware, "s1, clamd [127.0.0.1]:3310", null), (examined.Malware, examined.By, examined.Address));
        var job = Assert.Single(servers.Scans).Job;
        Assert.Equal((ScanKind.Malware, "clamd:127.0.0.1 3310", null), (job.Kind, job.Servers, job.Envelope));
    }

    [Theory]
    [InlineData("cmdline:/bin/av %s:x:(y)", true)]
    [InlineData("cmdline:/bin/other %s:x:(y)", false)]
    [InlineData(null, false)]
    public async Task Program_of_another_node_is_run_only_when_it_is_the_scanners_own_too(string? own, bool runs)
    {
        var servers = new ScriptedScanner((_, _) => Task.FromResult<ScanOutcome>(new ScanOutcome.Examined(null, "cmdline")));
        await using var scanner = await ScannerHost.StartAsync(_authority, "s1", servers, avScanner: own);
        Join(("s1", scanner));
        var outcome = await AskAsync(servers: "cmdline:/bin/av %s:x:(y)", kind: ScanKind.Malware);
        Assert.Equal(runs, outcome is ScanOutcome.Examined);
        Assert.Equal(runs ? 1 : 0, servers.Scans.Count);
        if (outcome is ScanOutcome.Failed failed)
        {
            Assert.StartsWith("s1 answers 403: only the program", failed.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Message_of_many_megabytes_goes_over()
    {
        var size = 0L;
        await using var scanner = await ScannerHost.StartAsync(_authority, "s1", new Counting(octets => size = octets));
        Join(("s1", scanner));
        Assert.IsType<ScanOutcome.Scanned>(await AskAsync(body: new byte[12 * 1024 * 1024]));
        Assert.Equal("Subject: a\r\n\r\n".Length + (12L * 1024 * 1024), size);
    }

    [Theory]
    [InlineData("viewer")]
    [InlineData(null)]
    public async Task Caller_without_the_role_of_a_node_gets_no_scan(string? role)
    {
        var servers = ScriptedScanner.Scores(1);
        await using var scanner = await ScannerHost.StartAsync(_authority, "s1", servers);
        Join(("s1", scanner));
        var failed = Assert.IsType<ScanOutcome.Failed>(await AskAsync(asker: Certificates(_authority, role)));
        Assert.StartsWith("s1 answers 403", failed.Reason, StringComparison.Ordinal);
        Assert.Empty(servers.Scans);
    }

    [Fact]
    public async Task Caller_of_another_authority_gets_no_scan()
    {
        using var other = new TestAuthority(_folder, "other");
        var servers = ScriptedScanner.Scores(1);
        await using var scanner = await ScannerHost.StartAsync(_authority, "s1", servers);
        Join(("s1", scanner));
        Assert.IsType<ScanOutcome.Failed>(await AskAsync(asker: Certificates(other, "node", believes: _authority)));
        Assert.Empty(servers.Scans);
    }

    [Fact]
    public async Task Caller_without_a_certificate_gets_no_scan()
    {
        var servers = ScriptedScanner.Scores(1);
        await using var scanner = await ScannerHost.StartAsync(_authority, "s1", servers);
        var (certificate, key) = _authority.Sign("asker", "node");
        using var handler = AdminTransport.Network(new RemoteNode("127.0.0.1", scanner.Port, certificate, key, _authority.File), TimeProvider.System);
        handler.SslOptions.ClientCertificateContext = null;
        using var http = new HttpClient(handler);
        await Assert.ThrowsAsync<HttpRequestException>(() => http.PostAsync(new Uri($"https://{scanner.Address}{ScanCalls.Path}"), new ByteArrayContent([])));
        Assert.Empty(servers.Scans);
    }

    [Theory]
    [InlineData("viewer")]
    [InlineData("operator")]
    [InlineData(null)]
    public async Task Scanner_that_is_no_node_is_not_believed(string? role)
    {
        var servers = ScriptedScanner.Scores(1);
        await using var scanner = await ScannerHost.StartAsync(_authority, "s1", servers, role: role);
        Join(("s1", scanner));
        Assert.IsType<ScanOutcome.Failed>(await AskAsync());
        Assert.Empty(servers.Scans);
    }

    [Fact]
    public async Task Scanner_of_another_authority_is_not_believed()
    {
        using var other = new TestAuthority(_folder, "other");
        var servers = ScriptedScanner.Scores(1);
        await using var scanner = await ScannerHost.StartAsync(other, "s1", servers, believes: _authority);
        Join(("s1", scanner));
        Assert.IsType<ScanOutcome.Failed>(await AskAsync());
        Assert.Empty(servers.Scans);
    }

    [Fact]
    public async Task Least_busy_node_is_asked()
    {
        var (idle, busy) = (ScriptedScanner.Scores(1), ScriptedScanner.Scores(2));
        await using var first = await ScannerHost.StartAsync(_authority, "s1", busy);
        await using var second = await ScannerHost.StartAsync(_authority, "s2", idle);
        _cluster.Nodes = [FakeCluster.Node("s1", first.Address, scans: 9), FakeCluster.Node("s2", second.Address, scans: 3)];
        Assert.IsType<ScanOutcome.Scanned>(await AskAsync());
        Assert.Equal((1, 0), (idle.Scans.Count, busy.Scans.Count));
    }

    [Fact]
    public async Task Own_scans_that_are_not_reported_yet_count()
    {
        var release = new TaskCompletionSource();
        var slow = new ScriptedScanner(async (_, _) =>
        {
            await release.Task;
            return ScriptedScanner.Scanned(1);
        });
        await using var first = await ScannerHost.StartAsync(_authority, "s1", slow);
        await using var second = await ScannerHost.StartAsync(_authority, "s2", slow);
        Join(("s1", first), ("s2", second));
        var asker = Asker();
        var scans = new List<Task<ScanOutcome>>();
        for (var i = 1; i <= 6; i++)
        {
            scans.Add(AskAsync(asker));
            var begun = i;
            Assert.True(await Polling.UntilAsync(() => Task.FromResult(slow.Scans.Count == begun), TimeSpan.FromSeconds(30)));
        }

        Assert.Equal((3, 3), (first.Running, second.Running));
        release.SetResult();
        Assert.All(await Task.WhenAll(scans), outcome => Assert.IsType<ScanOutcome.Scanned>(outcome));
    }

    [Fact]
    public async Task Node_that_scans_itself_is_preferred_when_no_other_is_less_busy()
    {
        var (own, other) = (ScriptedScanner.Scores(1), ScriptedScanner.Scores(2));
        await using var scanner = await ScannerHost.StartAsync(_authority, "s1", other);
        Join(("s1", scanner));
        using var local = new LocalScanner(own, 4, TimeProvider.System);
        Assert.IsType<ScanOutcome.Scanned>(await AskAsync(Asker(local: local)));
        Assert.Equal((1, 0), (own.Scans.Count, other.Scans.Count));
    }

    [Fact]
    public async Task Busy_node_says_so_and_another_is_asked()
    {
        var release = new TaskCompletionSource();
        var full = new ScriptedScanner(async (_, _) =>
        {
            await release.Task;
            return ScriptedScanner.Scanned(1);
        });
        var free = ScriptedScanner.Scores(2);
        await using var first = await ScannerHost.StartAsync(_authority, "s1", full, new ScanSettings { Concurrent = 1 });
        await using var second = await ScannerHost.StartAsync(_authority, "s2", free);
        _cluster.Nodes = [FakeCluster.Node("s1", first.Address)];
        var held = AskAsync(Asker());
        Assert.True(await Polling.UntilAsync(() => Task.FromResult(full.Scans.Count == 1), TimeSpan.FromSeconds(30)));
        _cluster.Nodes = [FakeCluster.Node("s1", first.Address), FakeCluster.Node("s2", second.Address, scans: 100)];

        Assert.Equal("s2, spamd", Assert.IsType<ScanOutcome.Scanned>(await AskAsync(Asker())).By);

        release.SetResult();
        Assert.IsType<ScanOutcome.Scanned>(await held);
    }

    [Fact]
    public async Task Full_node_is_answered_with_503_and_the_reason()
    {
        using var never = new CancellationTokenSource();
        var full = new ScriptedScanner(async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return ScriptedScanner.Scanned(1);
        });
        await using var scanner = await ScannerHost.StartAsync(_authority, "s1", full, new ScanSettings { Concurrent = 1 });
        Join(("s1", scanner));
        var held = AskAsync(Asker(), cancellationToken: never.Token);
        Assert.True(await Polling.UntilAsync(() => Task.FromResult(scanner.Running == 1), TimeSpan.FromSeconds(30)));
        using var response = await PostAsync(scanner, Question(3), "abc");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpVersion.Version20), (response.StatusCode, response.Version));
        Assert.Equal("1 scans are under way, which is all the node takes", await DetailAsync(response));

        // Who asked goes away: the scan is given up, and there is room again.
        await never.CancelAsync();
        Assert.IsType<ScanOutcome.Failed>(await held);
        Assert.True(await Polling.UntilAsync(() => Task.FromResult(scanner.Running == 0), TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task When_all_are_full_the_message_waits_for_room()
    {
        var release = new TaskCompletionSource();
        var full = new ScriptedScanner(async (_, _) =>
        {
            await release.Task;
            return ScriptedScanner.Scanned(1);
        });
        await using var scanner = await ScannerHost.StartAsync(_authority, "s1", full, new ScanSettings { Concurrent = 1 });
        Join(("s1", scanner));
        var asker = Asker();
        var scans = Enumerable.Range(0, 4).Select(_ => AskAsync(asker)).ToArray();
        Assert.True(await Polling.UntilAsync(() => Task.FromResult(scanner.Running == 1), TimeSpan.FromSeconds(30)));
        release.SetResult();
        Assert.All(await Task.WhenAll(scans), outcome => Assert.IsType<ScanOutcome.Scanned>(outcome));
    }

    [Fact]
    public async Task Node_that_is_killed_in_the_middle_of_a_scan_leads_to_another()
    {
        ScannerHost? dying = null;
        var begun = new TaskCompletionSource();
        var hanging = new ScriptedScanner(async (_, cancellationToken) =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return ScriptedScanner.Scanned(1);
        });
        var servers = ScriptedScanner.Scores(2);
        await using var second = await ScannerHost.StartAsync(_authority, "s2", servers);
        await using (dying = await ScannerHost.StartAsync(_authority, "s1", hanging))
        {
            _cluster.Nodes = [FakeCluster.Node("s1", dying.Address), FakeCluster.Node("s2", second.Address, scans: 9)];
            var scan = AskAsync(Asker());
            await begun.Task;
            await dying.KillAsync();
            Assert.Equal("s2, spamd", Assert.IsType<ScanOutcome.Scanned>(await scan).By);
        }

        Assert.Equal(Mail, Assert.Single(servers.Scans).Message);
    }

    [Fact]
    public async Task Node_that_failed_is_asked_last_for_a_while()
    {
        using var closed = new ClosedPort();
        var servers = ScriptedScanner.Scores(1);
        await using var good = await ScannerHost.StartAsync(_authority, "good", servers);
        _cluster.Nodes = [FakeCluster.Node("bad", $"127.0.0.1:{closed.Port}"), FakeCluster.Node("good", good.Address, scans: 50)];
        var log = new CountingLog();
        var asker = Asker(log: log);
        Assert.IsType<ScanOutcome.Scanned>(await AskAsync(asker));
        Assert.Equal(1, log.Warnings);
        Assert.IsType<ScanOutcome.Scanned>(await AskAsync(asker));
        Assert.Equal(1, log.Warnings);
    }

    [Fact]
    public async Task Both_gone_is_a_failure_within_the_deadline_that_names_both()
    {
        using ClosedPort first = new(), second = new(), third = new();
        _cluster.Nodes = [FakeCluster.Node("s1", $"127.0.0.1:{first.Port}"), FakeCluster.Node("s2", $"127.0.0.1:{second.Port}", 1), FakeCluster.Node("s3", $"127.0.0.1:{third.Port}", 2)];
        var failed = Assert.IsType<ScanOutcome.Failed>(await AskAsync());
        Assert.Matches("^s1: .*; s2: ", failed.Reason);
        Assert.DoesNotContain("s3", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_nobody_is_left_the_directory_is_read_anew()
    {
        using var closed = new ClosedPort();
        await using var good = await ScannerHost.StartAsync(_authority, "good", ScriptedScanner.Scores(1));
        _cluster.Nodes = [FakeCluster.Node("bad", $"127.0.0.1:{closed.Port}")];
        var asker = Asker();
        Assert.IsType<ScanOutcome.Failed>(await AskAsync(asker));
        _cluster.Nodes = [.. _cluster.Nodes, FakeCluster.Node("good", good.Address)];
        Assert.IsType<ScanOutcome.Scanned>(await AskAsync(asker));
    }

    [Fact]
    public async Task Scanner_whose_servers_are_down_leads_to_another()
    {
        var down = new ScriptedScanner((_, _) => Task.FromResult<ScanOutcome>(new ScanOutcome.Failed("no spamd")));
        await using var first = await ScannerHost.StartAsync(_authority, "s1", down);
        await using var second = await ScannerHost.StartAsync(_authority, "s2", ScriptedScanner.Scores(2));
        _cluster.Nodes = [FakeCluster.Node("s1", first.Address), FakeCluster.Node("s2", second.Address, scans: 9)];
        Assert.Equal("s2, spamd", Assert.IsType<ScanOutcome.Scanned>(await AskAsync()).By);
    }

    [Fact]
    public async Task Nobody_there_is_said()
    {
        Assert.Equal("no node of the cluster scans now", Assert.IsType<ScanOutcome.Failed>(await AskAsync()).Reason);
        var alone = new NodeScanner("n1", null, null, new Random(1), TimeProvider.System, NullLogger.Instance) { WhyNobody = "no certificate" };
        Assert.Equal("no certificate", Assert.IsType<ScanOutcome.Failed>(await AskAsync(alone)).Reason);
    }

    [Fact]
    public async Task Only_living_scanners_that_can_be_reached_count()
    {
        var time = new Listeners.ManualTime();
        _cluster.Nodes =
        [
            FakeCluster.Node("n1", "h:1"),
            FakeCluster.Node("up", "h:2"),
            FakeCluster.Node("silent", null),
            FakeCluster.Node("cut-off", "h:3", unreachable: true),
            FakeCluster.Node("draining", "h:4", state: Storage.Ports.Cluster.NodeState.Draining),
            FakeCluster.Node("receiver", "h:5", roles: Storage.Ports.Cluster.NodeRoles.Receiver),
        ];
        var directory = new ScannerDirectory(_cluster, "n1", time, NullLogger.Instance);
        Assert.Equal("up", Assert.Single(await directory.ReadAsync()).Name);
        _cluster.Nodes = [];
        Assert.Single(await directory.ReadAsync());
        Assert.Equal(1, _cluster.Reads);
        _cluster.IsAway = true;
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("up", Assert.Single(await directory.ReadAsync()).Name);
        _cluster.IsAway = false;
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(await directory.ReadAsync());
    }

    [Theory]
    [InlineData("no question", HttpStatusCode.BadRequest, "not a question")]
    [InlineData("{\"form\":9}\n", HttpStatusCode.BadRequest, "a question in form 9")]
    [InlineData("{\"form\":1,\"message\":\"m\",\"user\":\"u\",\"servers\":\"s\",\"size\":10000,\"deadlineMs\":1000}\n", HttpStatusCode.RequestEntityTooLarge, "messages of up to 1000 octets")]
    public async Task Request_that_cannot_be_served_is_refused_with_a_reason(string body, HttpStatusCode status, string reason)
    {
        var servers = ScriptedScanner.Scores(1);
        await using var scanner = await ScannerHost.StartAsync(_authority, "s1", servers, new ScanSettings { MaxMessageBytes = 1000 });
        using var response = await PostAsync(scanner, body + (body.EndsWith('\n') ? "" : "\n"), "");
        Assert.Equal(status, response.StatusCode);
        Assert.StartsWith(reason, await DetailAsync(response), StringComparison.Ordinal);
        Assert.Empty(servers.Scans);
    }

    [Theory]
    [InlineData(ScanQuestion.MaxLineBytes, "the first line is longer than 262144 octets")]
    [InlineData(100, "the request ends in its first line")]
    public async Task Question_has_a_bound_and_an_end(int length, string reason)
    {
        await using var scanner = await ScannerHost.StartAsync(_authority, "s1", ScriptedScanner.Scores(1));
        using var response = await PostAsync(scanner, new string(' ', length), "");
        Assert.Equal((HttpStatusCode.BadRequest, reason), (response.StatusCode, await DetailAsync(response)));
    }

    [Theory]
    [InlineData(5, "abc")]
    [InlineData(2, "abc")]
    public async Task Message_of_another_size_than_announced_is_not_scanned(int announced, string message)
    {
        var servers = ScriptedScanner.Scores(1);
        await using var scanner = await ScannerHost.StartAsync(_authority, "s1", servers);
        using var response = await PostAsync(scanner, Question(announced), message);
        Assert.Contains("has not the", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(servers.Scans);
    }

    private static string Question(long size) =>
        Encoding.UTF8.GetString(ScanJson.Write(new ScanQuestion(ScanQuestion.CurrentForm, "m", "u", "127.0.0.1 783", size, 60_000)));

    private static async Task<string?> DetailAsync(HttpResponseMessage response)
    {
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return problem.RootElement.GetProperty("detail").GetString();
    }

    private void Join(params (string Name, ScannerHost Host)[] hosts) =>
        _cluster.Nodes = [.. hosts.Select(host => FakeCluster.Node(host.Name, host.Host.Address))];

    private static AdminCertificates Certificates(TestAuthority authority, string? role, TestAuthority? believes = null)
    {
        var (certificate, key) = authority.Sign("asker", role, isClient: true);
        List<string> errors = [];
        var certificates = AdminCertificates.Load(
            new AdminSettings { Certificate = certificate, Key = key, ClientCa = (believes ?? authority).File }, errors, NullLogger.Instance);
        Assert.Empty(errors);
        return certificates!;
    }

    private NodeScanner Asker(AdminCertificates? certificates = null, LocalScanner? local = null, CountingLog? log = null)
    {
        var transport = new ScanTransport(certificates ?? Certificates(_authority, "node"), TimeProvider.System);
        _transports.Add(transport);
        Microsoft.Extensions.Logging.ILogger logger = log is null ? NullLogger.Instance : log;
        return new NodeScanner(
            "n1",
            local,
            (new ScannerDirectory(_cluster, "n1", TimeProvider.System, logger), new ScanCalls(transport, TimeProvider.System)),
            new Random(1),
            TimeProvider.System,
            logger);
    }

    private Task<ScanOutcome> AskAsync(AdminCertificates? asker = null, byte[]? body = null, string servers = "127.0.0.1 783", ScanKind kind = ScanKind.Spam) =>
        AskAsync(Asker(asker), body, servers, kind);

    private static Task<ScanOutcome> AskAsync(
        NodeScanner scanner, byte[]? body = null, string servers = "127.0.0.1 783", ScanKind kind = ScanKind.Spam, CancellationToken cancellationToken = default) => scanner.ScanAsync(
        new ScanJob
        {
            Message = "1xV3ze-IUvupnsd1MR-393w",
            Kind = kind,
            User = "joe",
            Servers = servers,
            Envelope = new ScanEnvelope("a@from.test", ["b@to.test"], 1, "client.test", null, "192.0.2.1", null),
            Content = new KeptMessage(new InMemoryMessageContent("Subject: a\r\n"u8.ToArray(), body ?? "body\r\n"u8.ToArray())),
            Deadline = TimeSpan.FromMinutes(1),
        },
        cancellationToken);

    private async Task<HttpResponseMessage> PostAsync(ScannerHost scanner, string question, string message)
    {
        using var transport = new ScanTransport(Certificates(_authority, "node"), TimeProvider.System);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"https://{scanner.Address}{ScanCalls.Path}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(question + message)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        var response = await transport.Http.SendAsync(request, CancellationToken.None);
        await response.Content.LoadIntoBufferAsync();
        return response;
    }

    private sealed class Counting(Action<long> count) : IMessageScanner
    {
        public async Task<ScanOutcome> ScanAsync(ScanJob job, CancellationToken cancellationToken)
        {
            var counted = new CountingStream();
            await job.Content.CopyToAsync(counted, cancellationToken);
            count(counted.Octets);
            return ScriptedScanner.Scanned(1);
        }
    }

    private sealed class CountingStream : MemoryStream
    {
        public long Octets { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Octets += buffer.Length;
            return ValueTask.CompletedTask;
        }
    }

    private sealed class CountingLog : Microsoft.Extensions.Logging.ILogger
    {
        private int _warnings;

        public int Warnings => Volatile.Read(ref _warnings);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        public void Log<TState>(
            Microsoft.Extensions.Logging.LogLevel logLevel,
            Microsoft.Extensions.Logging.EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) => Interlocked.Increment(ref _warnings);
    }
}
