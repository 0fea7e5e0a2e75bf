using Pipeline.Actors.Receipt;
using Pipeline.Connectors.Lookups;
using Pipeline.Mail.Dns;
using Pipeline.Policy;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Hosting.Policies;

/// <summary>Makes published policies ready for this machine. All of them share the state that outlives a policy, such as rate limits.</summary>
internal sealed class PolicyPreparation(IDnsResolver dns, TimeProvider time, IPolicyLog log, AclServices aclServices, string? storeDirectory = null, QueueSize? queueSize = null)
{
    /// <returns>Null with problems, when this version or this machine cannot use the policy.</returns>
    public ActivePolicy? Prepare(PublishedPolicy published, out IReadOnlyList<ConfigurationProblem> problems)
    {
        var bundle = published.Bundle;

        // Of two definitions of one macro the last counts, as on the command line.
        var macros = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var macro in bundle.Macros)
        {
            macros[macro.Name] = macro.Value;
        }

        var compilation = PolicyCompiler.Compile(bundle.Main, macros, new BundleFileSource(bundle), aclServices, published.Record.Number, LookupBackends.Unusable);
        (var policy, problems) = compilation;
        var left = compilation.Notices.Count(notice => !notice.Support.IsOffered);
        if (policy is not null && left > 0)
        {
            log.Write(PolicyLogTarget.Main, $"{bundle.Main}: {left} setting{(left == 1 ? " is" : "s are")} not done in this version; \"mailpipeline config check\" lists them");
        }

        return policy is null ? null : new ActivePolicy(policy, PolicyEnvironments.Create(policy, dns, time, log, storeDirectory: storeDirectory, queueSize: queueSize is null ? null : queueSize.CountAsync));
    }
}
