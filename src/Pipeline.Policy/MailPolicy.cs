using System.Collections.Immutable;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Authentication;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Hints;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Retry;
using Pipeline.Policy.Rewriting;
using Pipeline.Policy.Routers;
using Pipeline.Policy.Transports;

namespace Pipeline.Policy;

/// <summary>A compiled configuration: immutable, numbered, shared by every message that began under it.</summary>
public sealed class MailPolicy
{
    /// <summary>The number under which it was published; without a registry, counts up with every configuration this process compiles. 0 for one made without a file.</summary>
    public long Number { get; init; }

    /// <summary>The configuration file, or empty.</summary>
    public string SourcePath { get; init; } = "";

    public MainOptions MainOptions { get; init; } = MainOptions.Defaults;

    public NamedListTable NamedLists { get; init; } = NamedListTable.Empty;

    public AclEngine Acls { get; init; } = new(AclProgram.Empty, new AclServices { Hints = new InMemoryHints() });

    /// <summary>The checks of a message whose results any ACL of this policy can ask for; no other needs to run.</summary>
    public AclChecks Checks => Demand.Checks;

    /// <summary>What the ACLs behind the options of this policy can ask for.</summary>
    public AclDemand Demand { get; init; } = new(AclChecks.None, [], []);

    /// <summary>The routers in their order.</summary>
    public RouterChain Routers { get; init; } = RouterChain.Empty;

    /// <summary>By name.</summary>
    public ImmutableDictionary<string, TransportDefinition> Transports { get; init; } = ImmutableDictionary<string, TransportDefinition>.Empty;

    /// <summary>The rewrite section.</summary>
    public RewriteRules Rewriting { get; init; } = RewriteRules.None;

    /// <summary>In the order of the file, which is the order in which mechanisms are offered and tried.</summary>
    public ImmutableArray<AuthenticatorDefinition> Authenticators { get; init; } = [];

    public RetryRules Retry { get; init; } = RetryRules.None;

    /// <summary>Whether the main option for this point is set.</summary>
    public bool HasAcl(AclPoint point) => AclOption(point) is not null;

    /// <summary>Runs the ACL of a point, or answers for one that is not set.</summary>
    public ValueTask<AclOutcome> RunAclAsync(AclPoint point, EvaluationScope scope, CancellationToken cancellationToken) =>
        Acls.RunAsync(point, AclOption(point), scope, cancellationToken);

    private ExpandableString? AclOption(AclPoint point) => MainOptions.AclOptions.GetValueOrDefault(AclPointTraits.Of(point).Option);
}
