using System.Net;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Scanning;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Routers;
using Pipeline.Policy.Tests.Configuration;
using Pipeline.Policy.Tests.Expansion;

namespace Pipeline.Policy.Tests.Routers;

/// <summary>Routers written as in a configuration, a message from sender@remote.test, and a small DNS.</summary>
internal sealed class RouterBench
{
    private readonly List<string> _log = [];

    /// <param name="main">Main options, as in a configuration.</param>
    /// <param name="verdicts">What a verdict server wants done with the message.</param>
    public RouterBench(string main = "", BmiVerdicts? verdicts = null)
    {
        Scope = new EvaluationScope
        {
            Environment = new PolicyEnvironment
            {
                Policy = new MailPolicy
                {
                    MainOptions = MainOptions.From(new MemoryFiles(main).Read().Configuration.MainSettings, []),
                    NamedLists = new NamedListTable([new NamedList(ListKind.Domain, "local_domains", StringExpansion.Compile("local.test"))]),
                },
                Time = new ExpansionBench.FixedTime(),
                Dns = Dns,
                PrimaryHostname = "mx.example.com",
                LocalAddresses = [IPAddress.Parse("203.0.113.1")],
                Log = new RecordingLog(_log),
            },
            Connection = new ConnectionScope(),
            Message = new MessageScope { Sender = new EnvelopeAddress("sender", "remote.test"), Verdicts = verdicts ?? BmiVerdicts.None },
        };
    }

    public ScriptedDns Dns { get; } = new ScriptedDns()
        .Add("remote.test", new MailExchangeRecord(20, "mx2.remote.test"), new MailExchangeRecord(10, "mx1.remote.test"))
        .Add("mx1.remote.test", new AddressRecord(IPAddress.Parse("192.0.2.11")))
        .Add("mx2.remote.test", new AddressRecord(IPAddress.Parse("192.0.2.12")))
        .Add("plain.test", new AddressRecord(IPAddress.Parse("192.0.2.20")))
        .Add("null.test", new MailExchangeRecord(0, ""))
        .Add("self.test", new MailExchangeRecord(10, "mx.example.com"))
        .Add("second.test", new MailExchangeRecord(10, "mx1.remote.test"), new MailExchangeRecord(20, "mx.example.com"), new MailExchangeRecord(30, "mx2.remote.test"))
        .Add("mine.test", new MailExchangeRecord(10, "mx.mine.test"))
        .Add("mx.mine.test", new AddressRecord(IPAddress.Parse("203.0.113.1")))
        .Add("mx.example.com", new AddressRecord(IPAddress.Loopback))
        .Add("gone.test", new MailExchangeRecord(10, "nowhere.test"))
        .AddFailure("slow.test", DnsRecordType.Mx);

    public EvaluationScope Scope { get; }

    public IReadOnlyList<string> Log => _log;

    public ILocalUsers Users { get; init; } = NoLocalUsers.Instance;

    public RouterChain Chain(string routers)
    {
        var problems = new List<ConfigurationProblem>();
        var chain = RouterChain.Compile(Blocks(routers), Services(), problems);
        Assert.Empty(problems);
        return chain;
    }

    public async Task<RoutingResult> RouteAsync(string routers, string address, RoutingMode mode = RoutingMode.Deliver) =>
        await Chain(routers).RouteAsync(Scope, Address(address), mode, CancellationToken.None);

    public async Task<AddressTest> TestAsync(string routers, string address) =>
        await new AddressTestPrinter(Chain(routers)).TestAsync(Scope, Address(address), CancellationToken.None);

    public static RoutingAddress Address(string text)
    {
        var at = text.LastIndexOf('@');
        return new RoutingAddress(text[..at], text[(at + 1)..]);
    }

    public List<string> ProblemsOf(string routers)
    {
        var problems = new List<ConfigurationProblem>();
        RouterChain.Compile(Blocks(routers), Services(), problems);
        return [.. problems.Select(problem => problem.Message)];
    }

    public RouterServices Services() => new()
    {
        Transports = new[] { new TransportReference("smtp", false), new("other", false), new("local", true), new("file", true), new("dir", true), new("pipe", true) }
            .ToDictionary(transport => transport.Name),
        LocalUsers = Users,
        QualifyRecipient = "qualified.test",
        Random = new Random(1),
        FindByNameAsync = (name, _) => new(name switch
        {
            "box" => DnsAnswer.Of(new AddressRecord(IPAddress.Parse("192.0.2.60")), new AddressRecord(IPAddress.Parse("2001:db8::60"))),
            "busy" => DnsAnswer.TemporaryFailure("try again"),
            _ => DnsAnswer.NonExistentDomain,
        }),
    };

    /// <summary>Reads blocks in the simplest way: <c>name:</c> lines, and options without quotes.</summary>
    public static List<DriverBlock> Blocks(string text)
    {
        var blocks = new List<DriverBlock>();
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim();
            var location = new SourceLocation("conf", number);
            if (line.Length == 0)
            {
                continue;
            }

            if (line.EndsWith(':') && !line.Contains(' ', StringComparison.Ordinal))
            {
                blocks.Add(new DriverBlock(line[..^1], new List<OptionSetting>(), location));
                continue;
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            var name = (equals < 0 ? line : line[..equals]).Trim();
            var negated = name.StartsWith("no_", StringComparison.Ordinal);
            ((List<OptionSetting>)blocks[^1].Options).Add(
                new OptionSetting(negated ? name[3..] : name, equals < 0 ? null : line[(equals + 1)..].Trim(), negated, false, location));
        }

        return blocks;
    }
}
