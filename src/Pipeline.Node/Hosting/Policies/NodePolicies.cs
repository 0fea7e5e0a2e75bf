using Pipeline.Actors.Receipt;
using Pipeline.Node.Listeners.Tls;
using Pipeline.Policy;
using Pipeline.Policy.Configuration;
using Pipeline.Storage.Policies;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres;
using Pipeline.Storage.Postgres.Policies;

namespace Pipeline.Node.Hosting.Policies;

/// <summary>The policies of a node over its whole life: which it starts with, which it follows, what a reload does.</summary>
/// <remarks>
/// A node alone is told by its file: the file is published in the folder of its store whenever it has changed, so that numbers mean the same text after a
/// restart. A node of a cluster is told by the database; its own file only fills a registry that is empty.
/// </remarks>
internal sealed class NodePolicies : IAsyncDisposable
{
    /// <summary>In a cluster: how late a node may notice a publication when the notification is lost.</summary>
    private static readonly TimeSpan ClusterPoll = TimeSpan.FromSeconds(1);

    /// <summary>Alone: nobody else publishes, and the node's own reload wakes the follower.</summary>
    private static readonly TimeSpan LocalPoll = TimeSpan.FromMinutes(1);

    private readonly NodeOptions _options;
    private readonly PolicyPreparation _preparation;
    private readonly ILogger _logger;
    private readonly IPolicyRegistry _registry;
    private readonly PolicyStore _store;
    private readonly PolicyFollower _follower;
    private readonly PolicyStart? _chosen;

    /// <param name="chosen">What the registry of a cluster has for this node; null when the node is alone.</param>
    private NodePolicies(
        NodeOptions options, PolicyPreparation preparation, ILogger logger, IPolicyRegistry registry, string storeDirectory, PolicyStart? chosen = null)
    {
        _chosen = chosen;
        (_options, _preparation, _logger, _registry, StoreDirectory) = (options, preparation, logger, registry, storeDirectory);
        _store = new PolicyStore(registry, preparation, logger);
        Certificates = options.AcceptsMail ? new ServerCertificates() : null;
        _follower = new PolicyFollower(registry, _store, preparation, Certificates, options.Time, logger);
    }

    public IPolicySource Source => _store;

    public ActivePolicy Current => _store.Current;

    /// <summary>Fixed for the life of the node, whatever later policies say.</summary>
    public string StoreDirectory { get; }

    /// <summary>Those of the policy in force; null for a node that takes no mail.</summary>
    public ServerCertificates? Certificates { get; }

    private bool IsAlone => _options.Settings.Cluster is null;

    /// <summary>Finds out where policies come from and where the store is. Writes nothing of a node that is alone: its store may be another's.</summary>
    /// <exception cref="NodeStartException">There is no policy that this node can use; all reasons are listed.</exception>
    public static async Task<NodePolicies> OpenAsync(
        NodeOptions options, PolicyPreparation preparation, ILogger logger, CancellationToken cancellationToken)
    {
        if (options.Settings.Cluster is { } cluster)
        {
            return await OpenClusterAsync(options, cluster.Database, preparation, logger, cancellationToken);
        }

        var capture = Capture(options);
        var directory = DirectoryOf(options, capture.Policy ?? throw Refused(capture.Problems));
        return new NodePolicies(options, preparation, logger, new FilePolicyRegistry(FilePolicyRegistry.FolderOf(directory), options.Time), directory);
    }

    /// <summary>Puts the first policy in force. The store is this node's now.</summary>
    /// <param name="epoch">The node's life.</param>
    /// <exception cref="NodeStartException">There is no policy that this node can use; all reasons are listed.</exception>
    public async Task BeginAsync(long epoch, CancellationToken cancellationToken)
    {
        try
        {
            var start = _chosen ?? await ChooseAloneAsync(cancellationToken);
            if (Certificates is not null)
            {
                start.Certificates?.PutInto(Certificates);
            }

            _store.Use(start.Active);
            await _follower.BeginAsync(_options.Settings.Name, epoch, start.Wanted, start.Problem, cancellationToken);
        }
        catch (PolicyRegistryException error)
        {
            throw new NodeStartException([error.Message]) { MayPass = true };
        }
    }

    /// <summary>From now on the node switches by itself.</summary>
    public void Follow() => _follower.Start(IsAlone ? LocalPoll : ClusterPoll);

    /// <summary>What SIGHUP asks for: alone, the file is read again; in a cluster, the registry. A policy that cannot be used changes nothing, and is logged.</summary>
    public async Task ReloadAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (IsAlone && !await PublishFileAsync(cancellationToken))
            {
                return;
            }

            await _follower.RefreshAsync(again: true, cancellationToken);
            RenewCertificates();
        }
        catch (PolicyRegistryException error)
        {
            Log.RegistryUnreachable(_logger, (int)Current.Policy.Number, error.Message);
        }
        catch (Exception error)
        {
            // Nobody waits for a reload: the log is the only place where its failure can be told.
            Log.ReloadFailed(_logger, error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _follower.DisposeAsync();
        _store.Dispose();
        await _registry.DisposeAsync();
    }

    private static async Task<NodePolicies> OpenClusterAsync(
        NodeOptions options, string database, PolicyPreparation preparation, ILogger logger, CancellationToken cancellationToken)
    {
        PostgresPolicyRegistry? registry = null;
        try
        {
            registry = await PostgresPolicyRegistry.OpenAsync(
                new PostgresOptions { ConnectionString = database, Node = options.Settings.Name, TimeProvider = options.Time }, cancellationToken);
            await FillAsync(registry, options, logger, cancellationToken);
            var start = await PolicyStart.ChooseAsync(registry, preparation, options.AcceptsMail, cancellationToken);
            if (start.Problem is { } problem)
            {
                Log.PolicyRefused(logger, start.Wanted, (int)start.Active.Policy.Number, problem);
            }

            return new NodePolicies(options, preparation, logger, registry, DirectoryOf(options, start.Active.Policy), start);
        }
        catch (Exception error)
        {
            if (registry is not null)
            {
                await registry.DisposeAsync();
            }

            if (error is PolicyRegistryException or InvalidDataException or ArgumentException)
            {
                throw new NodeStartException([error.Message]) { MayPass = error is PolicyRegistryException };
            }

            throw;
        }
    }

    /// <summary>The file of the node becomes the first policy of a cluster that has none; where there is one, it is only compared.</summary>
    private static async Task FillAsync(PostgresPolicyRegistry registry, NodeOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        var current = await registry.ReadHistoryAsync(1, cancellationToken);
        if (options.PolicySource is not null)
        {
            // The built-in configuration is for trying things out: nobody chose it for a cluster.
            if (current.IsEmpty)
            {
                throw new NodeStartException(
                    ["the cluster has no policy yet: publish one (mailpipeline config publish FILE), or start this node with one (-C FILE)"]);
            }

            return;
        }

        var capture = Capture(options);
        if (!current.IsEmpty)
        {
            if (capture.Bundle?.Digest != current[0].Digest)
            {
                Log.PublishedWins(logger, options.PolicyFile, current[0].Number, current[0].By);
            }

            return;
        }

        var outcome = await registry.PublishAsync(
            new PolicyPublication
            {
                Bundle = capture.Bundle ?? throw Refused(capture.Problems),
                By = options.Settings.Name,
                Note = Note(options),
                Expected = 0,
            },
            cancellationToken);
        if (outcome is PublishOutcome.Published published)
        {
            Log.PolicyPublished(logger, options.PolicyFile, published.Record.Number);
        }
    }

    private static PolicyCapture Capture(NodeOptions options) => PolicyCapture.Take(options.PolicyFile, options.Macros, options.PolicySource);

    private static string Note(NodeOptions options) => $"started with {options.PolicyFile}" is { Length: <= PolicyPublication.MaxNote } note ? note : "at start";

    private static NodeStartException Refused(IReadOnlyList<ConfigurationProblem> problems) => new([.. problems.Select(problem => problem.ToString())]);

    private static string DirectoryOf(NodeOptions options, MailPolicy policy) =>
        Path.GetFullPath(options.Settings.StoreDirectory ?? Path.Combine(PolicyEnvironments.SpoolDirectory(policy), "store"));

    private async Task<PolicyStart> ChooseAloneAsync(CancellationToken cancellationToken)
    {
        var (bundle, problems) = CaptureUsable();
        var publication = new PolicyPublication
        {
            Bundle = bundle ?? throw new NodeStartException(problems),
            By = _options.Settings.Name,
            Note = Note(_options),
        };
        var record = await _registry.PublishAsync(publication, cancellationToken) switch
        {
            PublishOutcome.Published published => published.Record,
            PublishOutcome.Unchanged unchanged => unchanged.Current,
            var other => throw new InvalidOperationException($"a node that is alone was told {other}"),
        };
        return PolicyStart.Prepare(new PublishedPolicy(record, publication.Bundle), _preparation, _options.AcceptsMail, out var problem)
            ?? throw new NodeStartException(problem.Split('\n'));
    }

    /// <summary>The file as it is now, when a node could run on it: what is not published cannot leave a gap in the history.</summary>
    private (PolicyBundle? Bundle, IReadOnlyList<string> Problems) CaptureUsable()
    {
        var capture = Capture(_options);
        return capture.Policy is not { } policy ? (null, [.. capture.Problems.Select(problem => problem.ToString())])
            : Certificates is not null && Hosting.Certificates.Load(policy.MainOptions, out var problem) is null ? (null, [problem])
            : (capture.Bundle, []);
    }

    /// <returns>False when the file cannot be used; why, is in the log.</returns>
    private async Task<bool> PublishFileAsync(CancellationToken cancellationToken)
    {
        var (bundle, problems) = CaptureUsable();
        if (bundle is null)
        {
            foreach (var problem in problems)
            {
                Log.ReloadRefused(_logger, problem);
            }

            Log.OldPolicyStays(_logger, _options.PolicyFile, Current.Policy.Number);
            return false;
        }

        var outcome = await _registry.PublishAsync(
            new PolicyPublication { Bundle = bundle, By = _options.Settings.Name, Note = "reloaded" }, cancellationToken);
        if (outcome is PublishOutcome.Unchanged unchanged)
        {
            Log.PolicyUnchanged(_logger, _options.PolicyFile, unchanged.Current.Number);
        }

        return true;
    }

    /// <summary>Certificates are renewed in their files, without a change of the policy that names them.</summary>
    private void RenewCertificates()
    {
        if (Certificates is null)
        {
            return;
        }

        if (Hosting.Certificates.Load(Current.Policy.MainOptions, out var problem) is { } loaded)
        {
            loaded.PutInto(Certificates);
        }
        else
        {
            Log.ReloadRefused(_logger, problem);
        }
    }
}
