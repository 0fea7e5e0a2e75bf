using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Pipeline.Actors.Receipt;
using Pipeline.Mail.Dns;
using Pipeline.Policy;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Routers;

namespace Pipeline.Actors.Tests.Support;

/// <summary>A small policy compiled from text, in force for every message.</summary>
internal sealed class TestPolicy : IPolicySource, IPolicyLog
{
    public TestPolicy(string configuration, TimeProvider time, ImmutableDictionary<string, ZoneName>? zone = null, string spoolDirectory = "")
    {
        var (policy, problems) = PolicyCompiler.Compile("test.conf", files: new OneFile("primary_hostname = mx.test\n" + configuration));
        Assert.True(policy is not null, string.Join('\n', problems));
        Current = new ActivePolicy(policy, new PolicyEnvironment
        {
            Policy = policy,
            Time = time,
            Dns = new ZoneResolver(zone ?? ImmutableDictionary<string, ZoneName>.Empty),
            PrimaryHostname = "mx.test",
            SpoolDirectory = spoolDirectory,
            SpoolSpace = () => Spool,
            LogSpace = () => Log,
            Log = this,
            Acls = policy.Acls,
            AuthenticationResults = new Verification.PolicyAuthenticationResults(Mail.AuthResults.AuthResultsStyle.Rfc8601),
        });
        Current.Environment.Verifier = new AddressVerifier(policy.Routers);
    }

    public ActivePolicy Current { get; }

    /// <summary>What is left on disk.</summary>
    public DiskSpace Spool { get; init; } = DiskSpace.Unknown;

    public DiskSpace Log { get; init; } = DiskSpace.Unknown;

    public ConcurrentQueue<string> Lines { get; } = new();

    public ValueTask<ActivePolicy> GetAsync(int number, CancellationToken cancellationToken) => ValueTask.FromResult(Current);

    /// <summary>Where each of the lines went.</summary>
    public ConcurrentQueue<PolicyLogTarget> Targets { get; } = new();

    public void Write(PolicyLogTarget target, string line)
    {
        Lines.Enqueue(line);
        Targets.Enqueue(target);
    }

    private sealed class OneFile(string content) : IFileSource
    {
        public bool Exists(string path) => path == "test.conf";

        public bool TryRead(string path, [NotNullWhen(true)] out byte[]? octets, out string error)
        {
            (octets, error) = Exists(path) ? (Encoding.UTF8.GetBytes(content), "") : (null, "no such file");
            return octets is not null;
        }
    }
}
