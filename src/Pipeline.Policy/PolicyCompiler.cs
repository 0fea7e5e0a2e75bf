using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Authentication;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Hints;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Lookups;
using Pipeline.Policy.Retry;
using Pipeline.Policy.Rewriting;
using Pipeline.Policy.Routers;
using Pipeline.Policy.Transports;

namespace Pipeline.Policy;

/// <summary>What compiling a configuration came to.</summary>
/// <param name="Policy">Null when there are problems.</param>
/// <param name="Problems">Everything that is wrong with the configuration.</param>
public sealed record PolicyCompilation(MailPolicy? Policy, IReadOnlyList<ConfigurationProblem> Problems)
{
    /// <summary>What the configuration asks for that is not done, or has no effect here. None of it keeps the policy from being used.</summary>
    public IReadOnlyList<ConfigurationNotice> Notices { get; init; } = [];
}

/// <summary>Makes a policy of a configuration file.</summary>
public static class PolicyCompiler
{
    private static long _lastNumber;

    /// <param name="macros">Macros of the command line (<c>-DNAME=value</c>).</param>
    /// <param name="files">Where files come from; the disk when null.</param>
    /// <param name="services">What ACLs need from outside; in memory when null. Give the same to the next policy, or its rate limits begin anew.</param>
    /// <param name="number">The policy's number; the next of this process when null.</param>
    /// <param name="whyNoLookup">Lookup types that this machine cannot do, by name, and why: a configuration that names one has a problem.</param>
    public static PolicyCompilation Compile(
        string path,
        IReadOnlyDictionary<string, string>? macros = null,
        IFileSource? files = null,
        AclServices? services = null,
        long? number = null,
        IReadOnlyDictionary<string, string>? whyNoLookup = null)
    {
        var (configuration, read) = ConfigurationFile.Read(path, macros, files);
        var problems = new List<ConfigurationProblem>(read);
        var options = MainOptions.From(configuration.MainSettings, problems);
        MainOptionChecks.Check(options, problems);
        var acls = AclProgram.Parse(configuration.AclLines, problems);
        var transports = TransportDefinition.Compile(configuration.Transports, problems);
        var routers = RouterChain.Compile(
            configuration.Routers,
            new RouterServices
            {
                Transports = transports.ToDictionary(
                    transport => transport.Key, transport => new TransportReference(transport.Key, transport.Value.IsLocal), StringComparer.Ordinal),
                QualifyRecipient = options.QualifyRecipient?.Constant ?? options.QualifyDomain?.Constant,
                DisableIpv6 = options.DisableIpv6,
                ExtraLocalAddresses = ExtraLocalAddresses(options, problems),
                LocalUsers = new PasswordFileUsers(PasswordFile.DefaultPath, options.MaxUsernameLength),
            },
            problems);
        var authenticators = AuthenticatorDefinition.Compile(configuration.Authenticators, problems);
        var notices = new List<ConfigurationNotice>();
        new SupportReport(problems, notices, whyNoLookup ?? FrozenDictionary<string, string>.Empty).Add(configuration, acls);
        var policy = new MailPolicy
        {
            Number = number ?? Interlocked.Increment(ref _lastNumber),
            SourcePath = path,
            MainOptions = options,
            NamedLists = new NamedListTable(configuration.NamedLists),
            Acls = new AclEngine(acls, services ?? new AclServices { Hints = new InMemoryHints() }),
            Routers = routers,
            Transports = transports,
            Rewriting = RewriteRules.Parse(configuration.RewriteLines, problems),
            Authenticators = authenticators,
            Retry = RetryRules.Parse(configuration.RetryLines, problems, options.RetryIntervalMax),
            Demand = acls.Analyse(options.AclOptions.Values.Select(acl => acl.Source)),
        };
        return new PolicyCompilation(problems.Count == 0 ? policy : null, problems) { Notices = notices };
    }

    private static ImmutableHashSet<IPAddress> ExtraLocalAddresses(MainOptions options, List<ConfigurationProblem> problems)
    {
        var addresses = ImmutableHashSet.CreateBuilder<IPAddress>();
        foreach (var item in ListSyntax.Split(options.ExtraLocalInterfaces ?? "").Where(item => item.Length > 0))
        {
            if (IPAddress.TryParse(item, out var address))
            {
                addresses.Add(address);
            }
            else
            {
                problems.Add(new ConfigurationProblem($"malformed IP address \"{item}\" in extra_local_interfaces", null));
            }
        }

        return addresses.ToImmutable();
    }
}
