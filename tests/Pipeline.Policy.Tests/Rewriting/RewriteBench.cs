using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dns;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Rewriting;
using Pipeline.Policy.Tests.Configuration;
using Pipeline.Policy.Tests.Expansion;

namespace Pipeline.Policy.Tests.Rewriting;

/// <summary>Rules written as in a configuration, and what they make of addresses and headers.</summary>
internal sealed class RewriteBench
{
    public const string Main = """
        primary_hostname = gw.example
        qualify_domain = qd.example
        qualify_recipient = qr.example
        addresslist named = *@nal.example
        addresslist halves = *@no.test : *x@a.test : *z@a.test
        domainlist domains = *.ndl.example

        """;

    private readonly List<string> _log = [];

    public RewriteBench(string rules)
    {
        var (policy, problems) = PolicyCompiler.Compile(MemoryFiles.MainPath, files: new MemoryFiles($"{Main}begin rewrite\n{rules}"));
        Assert.Empty(problems);
        Scope = new EvaluationScope
        {
            Environment = new PolicyEnvironment
            {
                Policy = policy!,
                Time = new ExpansionBench.FixedTime(),
                Dns = new ScriptedDns(),
                PrimaryHostname = "gw.example",
                Log = new RecordingLog(_log),
            },
            Connection = new ConnectionScope(),
            Message = new MessageScope(),
        };
    }

    public EvaluationScope Scope { get; }

    public RewriteRules Rules => Scope.Environment.Policy.Rewriting;

    /// <summary>What went to the panic log.</summary>
    public IReadOnlyList<string> Log => _log;

    public static List<string> ProblemsOf(string rules) =>
        [.. PolicyCompiler.Compile(MemoryFiles.MainPath, files: new MemoryFiles($"begin rewrite\n{rules}")).Problems.Select(problem => problem.ToString())];

    public async Task<string> EnvelopeAsync(string address, RewritePlaces place = RewritePlaces.EnvelopeTo)
    {
        var at = address.LastIndexOf('@');
        return (await EnvelopeRewriting.RewriteAsync(Scope, new EnvelopeAddress(address[..at], address[(at + 1)..]), place, CancellationToken.None)).Address.ToString();
    }

    public async Task<RewrittenHeader> RewriteAsync(ReadOnlyMemory<byte> block, HeaderQualification? qualification = null) =>
        await HeaderRewriting.RewriteAsync(Scope, Rules, block, qualification ?? HeaderQualification.None, CancellationToken.None);

    /// <summary>Lines with LF only.</summary>
    public async Task<string> HeaderAsync(string header, HeaderQualification? qualification = null)
    {
        var block = Encoding.Latin1.GetBytes(header.Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n");
        return Encoding.Latin1.GetString((await RewriteAsync(block, qualification)).Block.Span).Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('\n');
    }

    /// <summary>What <c>-brw</c> prints, as <c>value: places</c>, one line for each value.</summary>
    public async Task<string> TestAsync(string address)
    {
        var lines = await RewriteTestLines.OfAsync(Scope, address, CancellationToken.None);
        return string.Join('\n', lines.Select(line => line.Split(": ", 2)).GroupBy(parts => parts[^1])
            .Select(group => $"{group.Key}: {string.Join(' ', group.Select(parts => parts[0].Trim()))}"));
    }

    private sealed class RecordingLog(List<string> lines) : IPolicyLog
    {
        public void Write(PolicyLogTarget target, string line)
        {
            Assert.True(target.HasFlag(PolicyLogTarget.Panic));
            lines.Add(line);
        }
    }
}
