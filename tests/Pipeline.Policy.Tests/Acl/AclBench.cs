using System.Net;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dns;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Hints;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Tests.Expansion;
using Pipeline.Policy.Transports;

namespace Pipeline.Policy.Tests.Acl;

/// <summary>A session with a client at 192.0.2.1, a message from a@sender.test to bob@local.test, and ACLs to run on it.</summary>
internal sealed class AclBench
{
    private readonly List<string> _log = [];
    private readonly List<string> _trace = [];

    public AclBench(IDnsResolver? dns = null, IPAddress? client = null, TlsFacts? tls = null, bool local = false, ManualTime? time = null, string transports = "", Func<MainOptions, MainOptions>? options = null)
    {
        Time = time ?? new ManualTime();
        Scope = new EvaluationScope
        {
            Environment = new PolicyEnvironment
            {
                Policy = new MailPolicy
                {
                    MainOptions = options is null ? MainOptions.Defaults : options(MainOptions.Defaults),
                    Transports = TransportDefinition.Compile(Routers.RouterBench.Blocks(transports), []),
                    NamedLists = new NamedListTable(
                    [
                        new NamedList(ListKind.Domain, "local_domains", StringExpansion.Compile("local.test")),
                        new NamedList(ListKind.Host, "relays", StringExpansion.Compile("10.0.0.0/8")),
                    ]),
                },
                Time = Time,
                Dns = dns ?? new ScriptedDns(),
                PrimaryHostname = "mx.example.com",
                Log = new RecordingLog(_log),
                Trace = new RecordingTrace(_trace),
            },
            Connection = new ConnectionScope { ClientAddress = local ? null : client ?? IPAddress.Parse("192.0.2.1"), HeloName = "client.test", Tls = tls },
            Message = new MessageScope { Sender = new EnvelopeAddress("a", "sender.test") },
            Address = new AddressScope { LocalPart = "bob", Domain = "local.test", OriginalLocalPart = "Bob" },
        };
    }

    public EvaluationScope Scope { get; }

    public ManualTime Time { get; }

    /// <summary>Lines as <c>Main: text</c>.</summary>
    public IReadOnlyList<string> Log => _log;

    /// <summary>What a test session is told.</summary>
    public IReadOnlyList<string> Trace => _trace;

    public bool SkipDelays { get; init; } = true;

    public IHints Hints { get; set; } = new InMemoryHints();

    /// <summary>Runs the ACL called <c>start</c> of a section, or a text without names as that ACL.</summary>
    public async Task<AclOutcome> RunAsync(string text, AclPoint point = AclPoint.Rcpt) =>
        await Engine(text).RunAsync(point, StringExpansion.Compile("start"), Scope, CancellationToken.None);

    public AclEngine Engine(string text)
    {
        var problems = new List<ConfigurationProblem>();
        var program = AclProgram.Parse(Lines(text.Contains(":\n", StringComparison.Ordinal) ? text : "start:\n" + text), problems);
        Assert.Empty(problems);
        return new AclEngine(program, new AclServices { Hints = Hints, SkipDelays = SkipDelays });
    }

    public static List<LogicalLine> Lines(string text) =>
    [
        .. text.Split('\n').Select((line, index) => new LogicalLine(line.Trim(), new SourceLocation("conf", index + 1))).Where(line => line.Text.Length > 0),
    ];

    public static List<string> ProblemsOf(string text)
    {
        var problems = new List<ConfigurationProblem>();
        AclProgram.Parse(Lines(text), problems);
        return [.. problems.Select(problem => problem.Message)];
    }

    private sealed class RecordingTrace(List<string> lines) : IPolicyTrace
    {
        public PolicyTopics Topics => PolicyTopics.Acl | PolicyTopics.Lists | PolicyTopics.Route | PolicyTopics.Verify;

        public void Write(PolicyTopics topic, string line) => lines.Add(line);
    }
}

/// <summary>A clock that goes only when told.</summary>
internal sealed class ManualTime : TimeProvider
{
    private DateTimeOffset _now = new(2026, 11, 22, 5, 50, 16, TimeSpan.Zero);

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by) => _now += by;
}
