using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dns;
using Pipeline.Policy;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lookups.Ldap;

namespace Pipeline.Fuzz;

/// <summary>The configuration language: files that nobody would write, and strings that a lookup or a header may bring to <c>${expand:…}</c>.</summary>
internal static class LanguageTargets
{
    private const string Macro = "SIZE";

    /// <summary>What would reach out of the process, read as much as there is, or work as long as an operand says (the rounds of crypt).</summary>
    private static readonly string[] Outward = ["run", "readsocket", "readfile", "crypteq", "/dev/", "/proc/"];

    private static readonly PolicyEnvironment Environment = Create();

    public static FuzzTarget[] All { get; } =
    [
        new("configuration", ReadConfiguration, [.. Resources(".conf")], AllocationFactor: 4 * 1024, AllocationAllowance: 256 * 1024),
        new("expansion", Expand, [.. Expressions()], AllocationFactor: 16 * 1024, AllocationAllowance: 4 * 1024 * 1024),
        new("ldap-query", ReadLdapQuery, Targets.Seeds("user=\"cn=a\\\"b%20c\" pass=x time=7 servers=a::1:b ldap://h:1/dc=x?a,b?sub?(c=%41)", "pass= ldapi://%2Fs/???(x=*)"), AllocationFactor: 512),
    ];

    /// <summary>A file gives a policy or says what is wrong with it, each mistake at a place.</summary>
    private static void ReadConfiguration(ReadOnlySpan<byte> input)
    {
        var files = new MemoryFile(input.ToArray());
        var compilation = PolicyCompiler.Compile(MemoryFile.Path, new Dictionary<string, string> { [Macro] = "10M" }, files);
        Targets.Require(compilation.Policy is null == compilation.Problems.Count > 0, "there is a policy, or there are problems");
        Targets.Require(compilation.Problems.All(problem => problem.Message.Length > 0), "each problem is said");
        if (compilation.Policy is not null)
        {
            Targets.Require(PolicyCompiler.Compile(MemoryFile.Path, new Dictionary<string, string> { [Macro] = "10M" }, files).Policy is not null, "it is read again");
        }
    }

    /// <summary>A query is read, or says what is wrong with it.</summary>
    private static void ReadLdapQuery(ReadOnlySpan<byte> input)
    {
        var query = LdapQuery.Parse(OctetString.FromBytes(input), out var problem);
        Targets.Require(query is null == problem.Length > 0, "a query or a problem");
        Targets.Require(query is null || !$"{query.Url.Host}{query.Url.Base}{query.Url.Filter}{query.User}".Contains('\0', StringComparison.Ordinal), "no text ends before its end");
    }

    /// <summary>A string has a value or says why it has none.</summary>
    private static void Expand(ReadOnlySpan<byte> input)
    {
        var text = OctetString.FromBytes(input);
        if (Outward.Any(word => text.Contains(word, StringComparison.Ordinal)))
        {
            return;
        }

        var scope = new EvaluationScope
        {
            Environment = Environment,
            Connection = new ConnectionScope { ClientAddress = System.Net.IPAddress.Loopback, HeloName = "client.example" },
            Message = new MessageScope { Sender = new EnvelopeAddress("a", "b.example"), HeaderBlock = "Subject: x\r\nFrom: =?utf-8?q?=C3=A9?= <u@v.example>\r\n"u8.ToArray() },
            Address = new AddressScope { LocalPart = "user", Domain = "d.example" },
        };
        var compiled = StringExpansion.Compile(text);
        var expansion = compiled.ExpandAsync(scope, CancellationToken.None).AsTask();
        expansion.Wait();
        var result = expansion.Result;
        Targets.Require(result.IsSuccess || result.Value.Length == 0, "a failure has no value");
        Targets.Require(result.Outcome != ExpansionOutcome.Failed || result.Message.Length > 0, "a failure says why");
        Targets.Require(compiled.Constant is null || result.Value == compiled.Constant, "a constant is its value");
        Targets.Require(scope.Transient is { Numeric.Parts.Length: 0 } || result.Outcome != ExpansionOutcome.Success || text.Contains("if", StringComparison.Ordinal) || text.Contains("lookup", StringComparison.Ordinal), "numeric variables are as before");
    }

    private static IEnumerable<byte[]> Resources(string ending)
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.EndsWith(ending, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var octets = new byte[stream.Length];
            stream.ReadExactly(octets);
            yield return octets;
        }
    }

    /// <summary>The expressions of the corpus; answers are indented, comments have a number sign.</summary>
    private static IEnumerable<byte[]> Expressions() => Resources(".txt")
        .SelectMany(text => Encoding.Latin1.GetString(text).Split('\n'))
        .Where(line => line.Length > 0 && line[0] is not (' ' or '#') && line.Contains('$', StringComparison.Ordinal))
        .Select(Encoding.Latin1.GetBytes);

    private static PolicyEnvironment Create()
    {
        var (policy, problems) = PolicyCompiler.Compile(MemoryFile.Path, files: new MemoryFile("domainlist local = a.example : *.b.example\nbegin acl\nyes:\n  accept message = m"u8.ToArray()));
        Targets.Require(policy is not null, string.Join('\n', problems));
        return new PolicyEnvironment
        {
            Policy = policy!,
            Time = TimeProvider.System,
            Dns = new ZoneResolver(System.Collections.Immutable.ImmutableDictionary<string, ZoneName>.Empty),
            PrimaryHostname = "mx.example",
            Log = new NoLog(),
            Acls = policy!.Acls,
        };
    }

    /// <summary>One file, which includes may name.</summary>
    private sealed class MemoryFile(byte[] text) : IFileSource
    {
        public const string Path = "/fuzz.conf";

        public bool Exists(string path) => path == Path;

        public bool TryRead(string path, [NotNullWhen(true)] out byte[]? octets, out string error)
        {
            (octets, error) = Exists(path) ? (text, "") : (null, "No such file or directory");
            return octets is not null;
        }
    }
}
