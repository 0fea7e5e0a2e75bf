using System.Net;
using Pipeline.Faults;
using Pipeline.Node.Admin;
using Pipeline.Node.Admin.Cluster;
using Pipeline.Node.Admin.Tls;
using Pipeline.Node.Hosting.Clustering;
using Pipeline.Node.Hosting.Policies;
using Pipeline.Node.Hosting.Stores;
using Pipeline.Node.Logging;
using Pipeline.Node.Scanning;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Acl.RateLimiting;
using Pipeline.Policy.Expansion;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Node.Hosting;

/// <summary>A running node: policies, store, flow and host, started in this order and ended in the opposite one.</summary>
internal sealed class MailNode : IAsyncDisposable
{
    public const string Version = "0.1.0";

    private static readonly Task<LeaseLoss> NeverLost = new TaskCompletionSource<LeaseLoss>().Task;

    private readonly NodeContext _context;
    private readonly StartedParts _parts;
    private readonly NodeFlow _flow;
    private readonly DateTimeOffset _startedAt;
    private NodeHost? _host;
    private ClusterPresence? _presence;
    private readonly TaskCompletionSource<LifeOrder> _ordered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _draining;
    private volatile bool _stopped;

    private MailNode(NodeContext context, StartedParts parts, NodeFlow flow)
    {
        (_context, _parts, _flow) = (context, parts, flow);
        _startedAt = context.Options.Time.GetUtcNow();
        Health = new NodeHealth(context.Options.Settings.Name, context.Store.Messages, flow.System, context.Options.Time);
    }

    public IMessageStore Store => _context.Store.Messages;

    public IActorRef Messages => _flow.Messages;

    /// <summary>Takes mail from programs on this machine.</summary>
    public LocalSubmission Submission => _flow.Submission;

    public required QueueRuns QueueRuns { get; init; }

    public NodeHealth Health { get; }

    /// <summary>Where orders are taken over the network, with its real port; null when they are not.</summary>
    public IPEndPoint? AdminEndpoint => _host?.AdminEndpoint;

    public string StoreDirectory => _context.Policies.StoreDirectory;

    /// <summary>Where SMTP is spoken, with real ports.</summary>
    public ImmutableArray<IPEndPoint> Endpoints => _host?.Endpoints ?? [];

    /// <summary>Completes when the cluster has ended this node's life: it must stop, and may start again unless it was ordered to stay out. Never for a node that is alone.</summary>
    public Task<LeaseLoss> Lost => _context.Store.Member?.Life.Lost ?? NeverLost;

    /// <summary>Completes when an operator wants this life to end in order: the node must be stopped, and perhaps started again.</summary>
    public Task<LifeOrder> Ordered => _ordered.Task;

    private bool Draining => Volatile.Read(ref _draining) != 0;

    private ILogger Logger => _context.Logger;

    /// <exception cref="NodeStartException">The policy, the settings or the machine do not allow it; every reason is listed.</exception>
    public static async Task<MailNode> StartAsync(NodeOptions options, CancellationToken cancellationToken)
    {
        var parts = new StartedParts();
        try
        {
            var context = await PrepareAsync(options, parts, cancellationToken);
            return await StartAsync(context, parts, cancellationToken);
        }
        catch (Exception error)
        {
            await parts.DisposeAsync();
            if (NodeStartException.OfOutage(error) is { } outage)
            {
                throw outage; // the database went between two steps of the start
            }

            throw;
        }
    }

    /// <summary>Reads the policy anew, as SIGHUP asks for. One that cannot be used changes nothing; why, is in the log.</summary>
    public Task ReloadAsync(CancellationToken cancellationToken) => _context.Policies.ReloadAsync(cancellationToken);

    /// <summary>Takes no more mail, waits for what is under way as long as the settings allow, and stops.</summary>
    public async Task StopAsync()
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        Log.Stopping(Logger);
        Volatile.Write(ref _draining, 1);
        if (_presence is not null)
        {
            await _presence.LeavingAsync();
            Crash.At(CrashPoint.TakeoverLeaveDraining);
        }

        await _host!.StopAsync(CancellationToken.None);
        if (!await _flow.DrainAsync(_context.Options.Settings.DrainTime))
        {
            Log.StoppedEarly(Logger);
        }

        await _flow.DisposeAsync();
        Crash.At(CrashPoint.TakeoverLeaveStopped);
        if (_presence is not null)
        {
            await _presence.LeaveAsync();
            Crash.At(CrashPoint.TakeoverLeaveLeft);
        }

        await _parts.DisposeAsync();
        Log.Stopped(Logger);
    }

    /// <summary>Stops without waiting for anything: this life is over, and nothing that is under way can be finished by it.</summary>
    public async Task AbandonAsync()
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        _draining = 1;
        await _flow.DisposeAsync();
        await _host!.StopAsync(new CancellationToken(canceled: true));
        await _parts.DisposeAsync();
        Log.Stopped(Logger);
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private static async Task<NodeContext> PrepareAsync(NodeOptions options, StartedParts parts, CancellationToken cancellationToken)
    {
        options = options with { AcceptsMail = options.AcceptsMail && options.Settings.Cluster?.Does().HasFlag(NodeRoles.Receiver) is not false };
        var loggers = LoggerFactory.Create(logging =>
        {
            if (options.Logging is { } provider)
            {
                logging.AddProvider(provider);
            }
        });
        var logger = loggers.CreateLogger("MailPipeline");
        var resolver = options.Resolver ?? Resolvers.Create(options.Settings.Dns, options.Time, loggers);
        parts.Add(() => (resolver as IDisposable)?.Dispose());
        var policyLog = new PolicyLog(options.Time, logger);
        var queueSize = new QueueSize(options.Time);
        var preparation = new PolicyPreparation(
            resolver, options.Time, policyLog, new AclServices { RateLimits = new InMemoryRateLimitStore() }, options.Settings.StoreDirectory, queueSize);
        var policies = parts.Add(await NodePolicies.OpenAsync(options, preparation, logger, cancellationToken));
        var store = parts.Add(await NodeStore.OpenAsync(options, policies.StoreDirectory, loggers, cancellationToken));
        queueSize.Store = store.Messages;
        await policies.BeginAsync(store.Owner.Epoch, cancellationToken);
        policyLog.Mail = await MailLogs.OpenAsync(options, () => policies.Current, logger, cancellationToken);
        if (policyLog.Mail is { } mailLog)
        {
            parts.Add(mailLog);
        }

        return new NodeContext
        {
            Options = options,
            Loggers = loggers,
            Logger = logger,
            Resolver = resolver,
            PolicyLog = policyLog,
            Policies = policies,
            Store = store,
            Messages = policyLog.Mail is { } log ? new LoggedMessageStore(store.Messages, log) : store.Messages,
        };
    }

    private static async Task<MailNode> StartAsync(NodeContext context, StartedParts parts, CancellationToken cancellationToken)
    {
        var (options, policies) = (context.Options, context.Policies);
        await context.Messages.RecoverAsync(context.Store.Owner, cancellationToken);
        Crash.At(CrashPoint.TakeoverJoinRecovered);
        var listeners = options.AcceptsMail ? ListenerSettings.Make(options.Listen, options.Settings, policies.Current.Policy.MainOptions) : null;
        var own = new OwnEndpoints(
            [.. (listeners?.Endpoints ?? []).Select(endpoint => endpoint.Address)], () => policies.Current.Environment.LocalAddresses);
        var admin = CreateAdminListener(context);
        var scanning = parts.AddSync(NodeScanning.Create(context, admin?.Certificates));
        NodeHost? started = null;
        var flow = parts.Add(await NodeFlow.StartAsync(context, own, scanning.Scanner, () => started?.ConnectionCount ?? 0, cancellationToken));
        var runs = parts.Add(QueueRuns.Start(context, flow.Messages, SystemLoad.Average));
        var node = new MailNode(context, parts, flow) { QueueRuns = runs };
        var services = new AdminServices
        {
            Messages = flow.Messages,
            System = flow.System,
            Status = node.StatusAsync,
            Health = node.Health,
            Submission = flow.Submission,
            Queue = new QueueEndpoint(context.Store.Messages, options.Time),
            QueueRuns = runs,
            Cluster = context.Store.Member is { } asked ? node.ServicesOf(asked) : null,
            Scans = scanning.Endpoint,
            Logger = context.Logger,
        };
        node._host = started = parts.Add(await NodeHost.StartAsync(context, flow, listeners, admin, services, own, cancellationToken));
        node.Health.WhyClosed = node.WhyClosed;
        parts.Add(StorePurge.Start(context, options.Settings.JournalRetention));
        if (context.Store.Member is { } member)
        {
            var host = node._host;
            node._presence = parts.Add(await ClusterPresence.ShowAsync(
                member, context, flow, () => new BusyWith(host.ConnectionCount, scanning.Running), cancellationToken));
        }

        policies.Follow();
        var policy = policies.Current.Policy;
        Log.Started(
            context.Logger, Version, options.Settings.Name, policy.Number, policy.SourcePath, policies.StoreDirectory, string.Join(", ", node.Endpoints));
        return node;
    }

    /// <exception cref="NodeStartException">The admin port cannot be as it is set.</exception>
    private static AdminListener? CreateAdminListener(NodeContext node)
    {
        if (node.Options.Settings.Admin is not { } settings)
        {
            return null;
        }

        List<string> errors = [];
        return AdminListener.Create(settings, errors, node.Options.Time, node.Logger) ?? throw new NodeStartException(errors);
    }

    private ClusterServices ServicesOf(ClusterMember member) => new()
    {
        Cluster = member.Cluster,
        Own = () => new OwnView(
            _context.Options.Settings.Name,
            ClusterDocuments.Name(_presence is null ? NodeState.Joining : _stopped ? NodeState.Leaving : Draining ? NodeState.Draining : NodeState.Up),
            member.Life.Owner.Epoch,
            (int)_context.Policies.Current.Policy.Number,
            OwnLease.Of(member.Life)),
        Drain = _context.Options.ForOneCommand ? () => Task.FromResult(RefuseForOneCommand()) : DrainAsync,
        Join = () => _context.Options.ForOneCommand ? RefuseForOneCommand()
            : !Draining ? new OrderResult(true, $"{_context.Options.Settings.Name} is a member already")
            : Obey(LifeOrder.Again, "begins a new life: it takes mail again as soon as what it had is done"),
        Leave = () => _context.Options.ForOneCommand ? RefuseForOneCommand()
            : Obey(LifeOrder.Leave, "finishes what it has, leaves the cluster and ends; starting it joins it again"),
        Time = _context.Options.Time,
    };

    /// <summary>Nobody waits here for an order: the command does its work and ends the node with it.</summary>
    private OrderResult RefuseForOneCommand() => new(
        false, $"{_context.Options.Settings.Name} runs for one command (a queue run or a submission) and leaves as soon as that is done: it takes no orders about its life");

    private OrderResult Obey(LifeOrder order, string text)
    {
        _ordered.TrySetResult(order);
        return _ordered.Task.Result == order
            ? new OrderResult(true, $"{_context.Options.Settings.Name} {text}")
            : new OrderResult(false, $"{_context.Options.Settings.Name} is about to end this life by another order");
    }

    /// <summary>Takes no more mail and claims none; finishes what it has, and goes on taking orders.</summary>
    private async Task<OrderResult> DrainAsync()
    {
        var name = _context.Options.Settings.Name;
        if (_presence is null)
        {
            return new OrderResult(false, $"{name} is just joining; try again");
        }

        if (Interlocked.Exchange(ref _draining, 1) != 0)
        {
            return new OrderResult(true, $"{name} is draining already");
        }

        _host!.CloseToMail();
        _flow.Submission.Close();
        _ = _flow.DrainAsync(_context.Options.Settings.DrainTime);
        await _presence.DrainingAsync();
        return new OrderResult(true, $"{name} takes no more mail and finishes what it has; cluster join {name} undoes it");
    }

    private string? WhyClosed() =>
        Draining ? "draining: the node takes no more mail"
        : _context.Options.AcceptsMail && Endpoints.IsEmpty ? "the node listens nowhere"
        : null;

    private async Task<NodeStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var counts = await Store.CountAsync(cancellationToken);
        var policy = _context.Policies.Current.Policy;
        return new NodeStatus(
            _context.Options.Settings.Name,
            Version,
            policy.SourcePath,
            policy.Number,
            _startedAt,
            [.. Endpoints.Select(endpoint => endpoint.ToString())],
            counts.Queued,
            counts.QueuedRecipients,
            counts.Claimed,
            Draining);
    }
}
