using System.Net;
using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Policy;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Routers;

namespace Pipeline.Benchmarks.Policies;

/// <summary>What the language costs: a string, the ACL about a recipient, reading a configuration. Nothing in them asks a file, a database or the DNS.</summary>
internal static class PolicyBenchmarks
{
    private const int ConfigurationLines = 2000;

    public static async Task RunAsync()
    {
        Measure.PrintHeading();
        var environment = Environment(Compile(GatewayConfiguration.Text));
        await Measure.DurationAsync("expand a constant", 5_000_000, "", times => ExpandAsync(environment, "a constant", times));
        await Measure.DurationAsync("expand two variables", 2_000_000, "", times => ExpandAsync(environment, "$local_part@$domain", times));
        await Measure.DurationAsync(
            "expand five items",
            1_000_000,
            "<= 1 us, 300 B",
            times => ExpandAsync(environment, "H=$sender_helo_name [$sender_host_address] F=<$sender_address> R=${lc:$local_part}@$domain", times));
        await Measure.DurationAsync(
            "expand a condition with a pattern",
            500_000,
            "",
            times => ExpandAsync(environment, "${if match{$local_part}{^([a-z]+)-(.*)\\$}{$1}{$local_part}}", times));
        foreach (var (name, client, local, domain) in ((string, string, string, string)[])[
            ("RCPT ACL, local recipient", "192.0.2.1", "user-list", "local7.example"),
            ("RCPT ACL, relay from a host of ours", "10.1.2.3", "user", "elsewhere.example"),
            ("RCPT ACL, refused as relay", "192.0.2.1", "user", "elsewhere.example")])
        {
            await Measure.DurationAsync(name, 100_000, "<= 15 us", times => AclAsync(environment, client, local, domain, times));
        }

        var text = GatewayConfiguration.Long(ConfigurationLines);
        await Measure.DurationAsync($"load {text.Count(c => c == '\n')} lines", 20, "<= 150,000 us", times => Load(text, times));
    }

    private static async Task ExpandAsync(PolicyEnvironment environment, string text, int times)
    {
        var scope = Scope(environment, "192.0.2.1", "User-list", "local7.example");
        var compiled = StringExpansion.Compile(text);
        for (var i = 0; i < times; i++)
        {
            var result = await compiled.ExpandAsync(scope, CancellationToken.None);
            if (!result.IsSuccess)
            {
                throw new InvalidOperationException(result.Message);
            }
        }
    }

    private static async Task AclAsync(PolicyEnvironment environment, string client, string localPart, string domain, int times)
    {
        var acls = environment.Policy.Acls!;
        for (var i = 0; i < times; i++)
        {
            // Each recipient is another message's first: nothing is remembered.
            var scope = Scope(environment, client, localPart, domain);
            var outcome = await acls.RunAsync(AclPoint.Rcpt, environment.Policy.MainOptions.AclOptions["acl_smtp_rcpt"], scope, CancellationToken.None);
            if (outcome.Verdict == AclVerdict.Error)
            {
                throw new InvalidOperationException(outcome.LogMessage);
            }
        }
    }

    private static Task Load(string text, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Compile(text);
        }

        return Task.CompletedTask;
    }

    private static EvaluationScope Scope(PolicyEnvironment environment, string client, string localPart, string domain) => new()
    {
        Environment = environment,
        Connection = new ConnectionScope { ClientAddress = IPAddress.Parse(client), HeloName = "client.example", ClientName = "client.example", Protocol = "esmtp" },
        Message = new MessageScope { Id = "1vMhEx-0000000AAAA-0000", Sender = new EnvelopeAddress("sender", "remote.example"), Size = 4096 },
        Address = new AddressScope { LocalPart = localPart, Domain = domain, OriginalLocalPart = localPart, OriginalDomain = domain },
    };

    private static MailPolicy Compile(string text)
    {
        var (policy, problems) = PolicyCompiler.Compile("gateway.conf", files: new OneFile(Encoding.Latin1.GetBytes(text)));
        return policy ?? throw new InvalidOperationException(string.Join('\n', problems));
    }

    private static PolicyEnvironment Environment(MailPolicy policy) => new()
    {
        Policy = policy,
        Time = TimeProvider.System,
        Dns = new NoDns(),
        PrimaryHostname = "mx.local.example",
        Log = new NoLog(),
        Verifier = new AddressVerifier(policy.Routers),
        Acls = policy.Acls,
    };
}
