using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;
using Pipeline.Policy;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Rewriting;

namespace Pipeline.Fuzz;

/// <summary>What a policy does with the octets of a message.</summary>
internal static class PolicyTargets
{
    private const string Rules = """
        begin rewrite
        *@a    "W \xfc\r\n\r\nx <$1@b.example>"  wf
        *@a    $1$1@a  R
        *@b    "\"$1\n\"@c.example"  t
        *@b    $1@d.example  cq
        *@*.c  ${quote_local_part:$1}@$2.d
        """;

    private static readonly PolicyEnvironment Environment = Create();

    public static FuzzTarget[] All { get; } =
    [
        new("header-rewriting", RewriteHeader, Targets.Seeds(
            "From: Ann (c) <u@a>,\r\n \"x, y\" <v@b>, g: w@x.c, z;\r\nTo: q@b, <@r:u@a>\r\nCc: q@b\r\nSubject: u@a\r\n", "Reply-To:  \r\n a@a \r\n (t)\r\nSender: \"q\\\" x\"@a\r\n"),
            AllocationFactor: 32 * 1024),
    ];

    /// <summary>A header stays a header of the same fields, and fields without addresses stay as they are.</summary>
    private static void RewriteHeader(ReadOnlySpan<byte> input)
    {
        if (HeaderBlock.Parse(input.ToArray(), HeaderLimits.Default, out var before, out _, out _) != OperationStatus.Done)
        {
            return;
        }

        var scope = new EvaluationScope { Environment = Environment, Connection = new ConnectionScope(), Message = new MessageScope() };
        var rewriting = HeaderRewriting.RewriteAsync(scope, Environment.Policy.Rewriting, before.Bytes, new HeaderQualification("q", "r"), CancellationToken.None).AsTask();
        Targets.Require(rewriting.IsCompletedSuccessfully, "nothing in these rules waits");
        var rewritten = rewriting.Result.Block;
        Targets.Require(HeaderBlock.Parse(rewritten, HeaderLimits.Default, out var after, out var end, out _) == OperationStatus.Done, "the header is within its limits");
        Targets.Require(after.Count == before.Count && end == rewritten.Length, "the header has the same fields");
        for (var i = 0; i < before.Count; i++)
        {
            Targets.Require(after[i].Name.SequenceEqual(before[i].Name), "fields keep their names");
            Targets.Require(RewritePlaceNames.OfField(before[i].Name) != RewritePlaces.None || after[i].Raw.Span.SequenceEqual(before[i].Raw.Span), "other fields stay");
        }
    }

    private static PolicyEnvironment Create()
    {
        var (policy, problems) = PolicyCompiler.Compile("rules", files: new OneFile());
        Targets.Require(policy is not null, string.Join('\n', problems));
        return new PolicyEnvironment
        {
            Policy = policy!,
            Time = TimeProvider.System,
            Dns = new ZoneResolver(System.Collections.Immutable.ImmutableDictionary<string, ZoneName>.Empty),
            PrimaryHostname = "mx.example",
            Log = new NoLog(),
        };
    }

    private sealed class OneFile : IFileSource
    {
        public bool Exists(string path) => path == "rules";

        public bool TryRead(string path, [NotNullWhen(true)] out byte[]? octets, out string error)
        {
            (octets, error) = Exists(path) ? (Encoding.ASCII.GetBytes(Rules), "") : (null, "no such file");
            return octets is not null;
        }
    }
}
