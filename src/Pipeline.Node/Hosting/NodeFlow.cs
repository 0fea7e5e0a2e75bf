using Pipeline.Actors;
using Pipeline.Actors.Callouts;
using Pipeline.Actors.Delivery;
using Pipeline.Actors.Hints;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Reporting;
using Pipeline.Actors.Routing;
using Pipeline.Connectors.Files;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Smtp;
using Pipeline.Connectors.Sockets;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Message;
using Pipeline.Node.Configuration;
using Pipeline.Node.Listeners;
using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Node.Hosting;

/// <summary>The actors of a node and what hands work to them: receipt from the network and from this machine, delivery to the outside.</summary>
internal sealed class NodeFlow : IAsyncDisposable
{
    private readonly DeliveryAgents _agents;
    private readonly FlowActors _actors;
    private readonly RecordFile _records;
    private int _disposed;

    private NodeFlow(DeliveryAgents agents, ActorSystem system, FlowActors actors, RecordFile records, IReceiptService receipt, LocalSubmission submission) =>
        (_agents, System, _actors, _records, Receipt, Submission) = (agents, system, actors, records, receipt, submission);

    public ActorSystem System { get; }

    /// <summary>The supervisor of messages.</summary>
    public IActorRef Messages => _actors.Messages;

    public IReceiptService Receipt { get; }

    /// <summary>Takes mail from programs on this machine.</summary>
    public LocalSubmission Submission { get; }

    /// <param name="own">Where this node itself takes mail.</param>
    /// <param name="connections">Clients that are connected now.</param>
    public static async Task<NodeFlow> StartAsync(NodeContext node, OwnEndpoints own, IMessageScanner scanner, Func<int> connections, CancellationToken cancellationToken)
    {
        var (options, policies) = (node.Options, node.Policies);
        var ids = options.Settings.MessageIds == NodeSettings.ShortMessageIds
            ? MessageIdSource.Short(options.Time, node.Store.Owner.Epoch)
            : new MessageIdSource(options.Time);
        var agents = new DeliveryAgents(
            new SmtpDeliveryAgent(
                new SmtpPoolOptions(), options.Time, node.Resolver, new MessageSigner(options.Time), own.Contains, node.Loggers.CreateLogger<SmtpDeliveryAgent>()),
            options.Time);
        var records = new RecordFile();
        var system = ActorSystem.Create("mailpipeline", new ActorSystemSettings { Time = options.Time, LoggerFactory = node.Loggers });
        try
        {
            var services = new MessageServices
            {
                Store = node.Messages,
                Owner = node.Store.Owner,
                Lease = node.Store.Member?.Life,
                Work = WorkOf(node.Store.Member?.Roles ?? NodeRoles.All),
                ClaimsDue = options.ClaimsDue,
                Time = options.Time,
                Router = new PolicyRecipientRouter(policies.Source),
                Retry = new PolicyRetrySchedule(policies.Source),
                Hosts = new HostMemory(new StoredHints(options.Time) { Store = node.Messages }, policies.Source, options.Time),
                Notifications = new NotificationWriter(policies.Source, node.Messages, node.Store.Owner, ids, options.Time),
                Rules = new PolicyWaitingRules(policies.Source),
                Limits = new MessageLimits
                {
                    MaxActiveMessages = options.Settings.Delivery.MaxActiveMessages,
                    ClaimsPerDestination = node.Store.Member is null ? null : options.Settings.Delivery.PerDestination,
                    PollInterval = node.Store.Member is null ? MessageLimits.LonePoll : MessageLimits.SharedPoll,
                },
            };
            var limits = new DeliveryLimits { PerDestination = options.Settings.Delivery.PerDestination, Overall = options.Settings.Delivery.Overall };
            var actors = await FlowActors.StartAsync(system, services, options.PretendsDeliveries ? new PretendedDeliveries() : agents, limits, cancellationToken);
            var session = ListenerSettings.Session(options.Settings, policies.Current.Policy.MainOptions);
            var receipt = new ReceiptService(new ReceiptServices
            {
                Policies = policies.Source,
                Store = node.Messages,
                Owner = node.Store.Owner,
                Dns = node.Resolver,
                Time = options.Time,
                Ids = ids,
                Messages = actors.Messages,
                Log = node.PolicyLog,
                DkimKeys = new DkimKeyCache(),
                Scanner = scanner,
                Records = records,
                FailureReports = new FailureReportServices(node.Messages, node.Store.Owner, ids, node.Resolver, actors.Messages, node.PolicyLog, options.Time).Start(system),
                Callouts = NodeCallouts.Create(new SmtpCalloutClient(options.Time, node.Resolver, own.Contains), node.Messages),
                Ident = new IdentClient(),
                Connections = connections,
                MaxConnections = session.Limits.MaxConnections,
                HasQueueRuns = options.QueueInterval is not null,
                Limits = new ReceiptLimits { ScanDeadline = options.Settings.Scan.Deadline },
            });
            return new NodeFlow(agents, system, actors, records, receipt, new LocalSubmission(session, receipt, receipt, options.Time, node.Logger));
        }
        catch
        {
            await system.Terminate();
            await agents.DisposeAsync();
            records.Dispose();
            throw;
        }
    }

    /// <summary>Waits until no message is in work; false when that took longer than allowed.</summary>
    public async Task<bool> DrainAsync(TimeSpan atMost)
    {
        try
        {
            await _actors.Messages.Ask<MessageProtocol.Drained>(MessageProtocol.Drain.Instance, atMost);
            return true;
        }
        catch (AskTimeoutException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await System.Terminate();
        await _agents.DisposeAsync();
        _records.Dispose();
        Submission.Dispose();
    }

    private static MessageWork WorkOf(NodeRoles roles) =>
        (roles.HasFlag(NodeRoles.Router) ? MessageWork.Route : MessageWork.None) | (roles.HasFlag(NodeRoles.Deliverer) ? MessageWork.Deliver : MessageWork.None);
}
