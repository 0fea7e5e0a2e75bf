using Microsoft.Extensions.Logging;
using Pipeline.Mail.Dns;
using Pipeline.Node.Configuration;
using Pipeline.Node.Hosting;
using Pipeline.Node.Hosting.Policies;
using Pipeline.Node.Logging;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Hints;

namespace Pipeline.Node.Tests.Hosting.Policies;

/// <summary>A folder with configurations, and nodes' policies that begin from it.</summary>
internal sealed class PolicyFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mp-policy-");

    public string Main => Of("main.conf");

    public string Of(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Writes a file; <c>FOLDER</c> stands for the folder's path.</summary>
    public string Write(string name, string content)
    {
        File.WriteAllText(Of(name), content.Replace("FOLDER", _folder.FullName, StringComparison.Ordinal));
        return Of(name);
    }

    /// <param name="host">The policy's primary_hostname, by which the tests tell policies from each other.</param>
    public string WritePolicy(string host, string more = "") => Write("main.conf", $"primary_hostname = {host}\nspool_directory = FOLDER/spool\n{more}\n");

    /// <param name="database">The cluster's; null for a node that is alone.</param>
    public NodeOptions Options(string node = "n1", string? database = null, bool acceptsMail = true) => new()
    {
        PolicyFile = Main,
        Settings = new NodeSettings { Name = node, Cluster = database is null ? null : new ClusterSettings { Database = database } },
        AcceptsMail = acceptsMail,
    };

    public static Task<NodePolicies> OpenAsync(NodeOptions options, ILogger log)
    {
        var resolver = new ZoneResolver(System.Collections.Immutable.ImmutableDictionary<string, ZoneName>.Empty);
        var preparation = new PolicyPreparation(
            resolver, TimeProvider.System, new PolicyLog(TimeProvider.System, log), new AclServices { Hints = new InMemoryHints() });
        return NodePolicies.OpenAsync(options, preparation, log, default);
    }

    public static async Task<NodePolicies> StartAsync(NodeOptions options, ILogger log, long epoch = 1)
    {
        var policies = await OpenAsync(options, log);
        await policies.BeginAsync(epoch, default);
        policies.Follow();
        return policies;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
