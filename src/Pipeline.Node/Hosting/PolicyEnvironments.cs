using System.Net;
using System.Net.NetworkInformation;
using Pipeline.Actors.Verification;
using Pipeline.Connectors.Lookups;
using Pipeline.Mail.AuthResults;
using Pipeline.Mail.Dns;
using Pipeline.Policy;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Routers;

namespace Pipeline.Node.Hosting;

/// <summary>Makes the environment in which the expansions of a policy run on this machine.</summary>
internal static class PolicyEnvironments
{
    public const string DefaultSpoolDirectory = "mailpipeline-spool";

    /// <param name="storeDirectory">Where the store keeps its files; null for below the spool directory.</param>
    /// <param name="queueSize">Counts the queue; null where nobody does.</param>
    public static PolicyEnvironment Create(
        MailPolicy policy,
        IDnsResolver dns,
        TimeProvider time,
        IPolicyLog log,
        IPolicyTrace? trace = null,
        string? storeDirectory = null,
        Func<CancellationToken, ValueTask<long?>>? queueSize = null)
    {
        var spool = SpoolDirectory(policy);
        var logs = PartitionSpace.LogFolder(policy, spool);
        var environment = new PolicyEnvironment
        {
            Policy = policy,
            Time = time,
            Dns = dns,
            PrimaryHostname = policy.MainOptions.PrimaryHostname ?? HostName(),
            LocalAddresses = LocalAddresses(),
            ProcessUser = Admin.PeerCredentials.Own,
            SpoolDirectory = spool,
            SpoolSpace = () => PartitionSpace.Of(storeDirectory ?? spool),
            LogSpace = () => logs is null ? DiskSpace.Unknown : PartitionSpace.Of(logs),
            QueueSize = queueSize ?? (static _ => new((long?)null)),
            Log = log,
            Trace = trace,
            LookupBackends = LookupBackends.ByName,
            ProcessEnvironment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
                .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal),
        };
        environment.Verifier = new AddressVerifier(policy.Routers);
        environment.Acls = policy.Acls;
        environment.AuthenticationResults = new PolicyAuthenticationResults(AuthResultsStyle.Exim492);
        return environment;
    }

    /// <summary>spool_directory, which may not depend on a message; a folder beside the caller without it.</summary>
    public static string SpoolDirectory(MailPolicy policy) =>
        Path.GetFullPath(policy.MainOptions.SpoolDirectory?.Constant ?? DefaultSpoolDirectory);

    private static string HostName()
    {
        var name = Dns.GetHostName();
        return name.Contains('.', StringComparison.Ordinal) ? name : IPGlobalProperties.GetIPGlobalProperties() is { DomainName.Length: > 0 } network
            ? $"{name}.{network.DomainName}"
            : name;
    }

    private static IReadOnlyList<IPAddress> LocalAddresses() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus == OperationalStatus.Up)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address),
    ];
}
