using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Pipeline.Actors;
using Pipeline.Actors.Delivery;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Reporting;
using Pipeline.Actors.Routing;
using Pipeline.Connectors.Smtp;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;
using Pipeline.Node.Admin;
using Pipeline.Node.Hosting.Policies;
using Pipeline.Node.Listeners;
using Pipeline.Node.Logging;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Acl.RateLimiting;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Sqlite;

namespace Pipeline.Node.Hosting;

/// <summary>A running node: store, policy, actors, listeners and admin socket, started and stopped in their order.</summary>
internal sealed class MailNode : IAsyncDisposable
{
    public const string Version = "0.1.0";

    private readonly NodeOptions _options;
    private readonly ILogger _logger;
    private readonly NodePolicies _policies;
    private readonly IDnsResolver _resolver;
    private readonly SqliteMessageStore _store;
    private readonly MainLog? _mainLog;
    private readonly DeliveryAgents _agents;
    private readonly ActorSystem _system;
    private readonly FlowActors _actors;
    private readonly JournalPurge _purge;
    private readonly LocalSubmission _submission;
    private readonly NodeSockets _sockets;
    private readonly WebApplication _host;
    private readonly DateTimeOffset _startedAt;
    private bool _draining;
    private bool _stopped;

    private MailNode(NodeOptions options, WebApplication host, Parts parts)
    {
        _options = options;
        _host = host;
        _startedAt = options.Time.GetUtcNow();
        (_logger, _policies, _resolver, _store, _mainLog, _agents, _system, _actors, _purge, _submission, _sockets) = parts;
    }

    public IMessageStore Store => _store;

    public IActorRef Messages => _actors.Messages;

    /// <summary>Takes mail from programs on this machine.</summary>
    public LocalSubmission Submission => _submission;

    public string StoreDirectory => _policies.StoreDirectory;

    /// <summary>Where SMTP is spoken, with real ports.</summary>
    public ImmutableArray<IPEndPoint> Endpoints =>
        _host.Services.GetService<SmtpListener>() is { } listener ? listener.Endpoints : [];

    /// <exception cref="NodeStartException">The policy, the settings or the machine do not allow it; every reason is listed.</exception>
    public static async Task<MailNode> StartAsync(NodeOptions options, CancellationToken cancellationToken)
    {
        var loggers = LoggerFactory.Create(logging =>
        {
            if (options.Logging is { } provider)
            {
                logging.AddProvider(provider);
            }
        });
        var logger = loggers.CreateLogger("MailPipeline");
        var resolver = options.Resolver ?? Resolvers.Create(options.Settings.Dns, options.Time, loggers);
        var policyLog = new PolicyLog(options.Time, logger);
        var preparation = new PolicyPreparation(
            resolver, options.Time, policyLog, new AclServices { RateLimits = new InMemoryRateLimitStore() });
        var policies = await NodePolicies.OpenAsync(options, preparation, logger, cancellationToken);
        SqliteMessageStore? store = null;
        try
        {
            store = await OpenStoreAsync(policies.StoreDirectory, options, loggers, cancellationToken);
            await policies.BeginAsync(store.Epoch, cancellationToken);
            policyLog.Main = OpenMainLog(options, policies, logger);
            return await StartAsync(options, policies, resolver, store, policyLog, policies.StoreDirectory, loggers, logger, cancellationToken);
        }
        catch
        {
            await policies.DisposeAsync();
            await DisposeAsync(policyLog.Main);
            if (store is not null)
            {
                await store.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>Reads the policy anew, as SIGHUP asks for. One that cannot be used changes nothing; why, is in the log.</summary>
    public Task ReloadAsync(CancellationToken cancellationToken) => _policies.ReloadAsync(cancellationToken);

    /// <summary>Takes no more mail, waits for what is under way as long as the settings allow, and stops.</summary>
    public async Task StopAsync()
    {
        if (_stopped)
        {
            return;
        }

        _stopped = _draining = true;
        Log.Stopping(_logger, (int)(await _store.CountAsync(CancellationToken.None)).Claimed);
        await _host.StopAsync();
        try
        {
            await _actors.Messages.Ask<MessageProtocol.Drained>(MessageProtocol.Drain.Instance, _options.Settings.DrainTime);
        }
        catch (AskTimeoutException)
        {
            Log.StoppedEarly(_logger);
        }

        await _system.Terminate();
        await _agents.DisposeAsync();
        await _purge.DisposeAsync();
        await _policies.DisposeAsync();
        await DisposeAsync(_mainLog);
        _sockets.Dispose(); // while the store is still locked: afterwards another node may have put its own there
        await _store.DisposeAsync();
        (_resolver as IDisposable)?.Dispose();
        Log.Stopped(_logger);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _host.DisposeAsync();
    }

    /// <returns>Null when there is to be none.</returns>
    private static MainLog? OpenMainLog(NodeOptions options, NodePolicies policies, ILogger logger)
    {
        var settings = options.Settings.Log;
        ILogSink? sink = !settings.Main ? null
            : settings.File is { } file ? new FileSink(Path.GetFullPath(file))
            : options.MainLog is { } writer ? new TextSink(writer)
            : null;
        try
        {
            sink?.Write(""); // whoever starts a node is told at once that its log cannot be written
        }
        catch (IOException error)
        {
            throw new NodeStartException([$"Log:File: {error.Message}"]);
        }

        return sink is null ? null : new MainLog(sink, policies.Current.Policy.MainOptions.LogSelector, options.Time, logger);
    }

    private static ValueTask DisposeAsync(MainLog? mainLog) => mainLog?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task<SqliteMessageStore> OpenStoreAsync(
        string directory, NodeOptions options, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        try
        {
            return await SqliteMessageStore.OpenAsync(
                new SqliteStoreOptions { Directory = directory, TimeProvider = options.Time }, loggers.CreateLogger<SqliteMessageStore>(), cancellationToken);
        }
        catch (StoreInUseException)
        {
            throw new NodeStartException([$"another node runs on {directory}"]) { StoreInUse = true };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException([$"{directory}: {error.Message}"]);
        }
    }

    private static async Task<MailNode> StartAsync(
        NodeOptions options,
        NodePolicies policies,
        IDnsResolver resolver,
        SqliteMessageStore spool,
        PolicyLog policyLog,
        string directory,
        ILoggerFactory loggers,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        IMessageStore store = policyLog.Main is { } mainLog ? new LoggedMessageStore(spool, mainLog) : spool;
        var owner = new Ownership(options.Settings.Name, spool.Epoch);
        await store.RecoverAsync(owner, cancellationToken);

        var ids = new MessageIdSource(options.Time);
        var listeners = options.AcceptsMail ? ListenerSettings.Make(options.Listen, options.Settings, policies.Current.Policy.MainOptions) : null;
        var own = new OwnEndpoints(
            [.. (listeners?.Endpoints ?? []).Select(endpoint => endpoint.Address)], () => policies.Current.Environment.LocalAddresses);
        var agents = new DeliveryAgents(
            new SmtpDeliveryAgent(
                new SmtpPoolOptions(), options.Time, new DkimMessageSigner(options.Time), own.Contains, loggers.CreateLogger<SmtpDeliveryAgent>()),
            options.Time);
        var services = new MessageServices
        {
            Store = store,
            Owner = owner,
            Time = options.Time,
            Router = new PolicyRecipientRouter(policies.Source),
            Retry = new PolicyRetrySchedule(policies.Source),
            Notifications = new NotificationWriter(policies.Source, store, owner, ids, options.Time),
            Limits = new MessageLimits { MaxActiveMessages = options.Settings.Delivery.MaxActiveMessages },
        };
        var system = ActorSystem.Create("mailpipeline", new ActorSystemSettings { Time = options.Time, LoggerFactory = loggers });
        var actors = await FlowActors.StartAsync(
            system,
            services,
            agents,
            new DeliveryLimits { PerDestination = options.Settings.Delivery.PerDestination, Overall = options.Settings.Delivery.Overall },
            cancellationToken);
        var receipt = new ReceiptService(new ReceiptServices
        {
            Policies = policies.Source,
            Store = store,
            Owner = owner,
            Dns = resolver,
            Time = options.Time,
            Ids = ids,
            Messages = actors.Messages,
            Log = policyLog,
            DkimKeys = new DkimKeyCache(),
        });
        var purge = new JournalPurge(store, options.Settings.JournalRetention, options.Time, logger);
        var submission = new LocalSubmission(ListenerSettings.Session(options.Settings, policies.Current.Policy.MainOptions), receipt, options.Time, logger);
        var sockets = new NodeSockets(directory);
        var host = BuildHost(options, policies, listeners, receipt, submission, sockets, loggers);
        var node = new MailNode(options, host, new Parts(logger, policies, resolver, spool, policyLog.Main, agents, system, actors, purge, submission, sockets));
        host.MapAdmin(actors.Messages, node.StatusAsync, $"operator on {options.Settings.Name}");
        try
        {
            await host.StartAsync(cancellationToken);
            own.Started(node.Endpoints);
            sockets.Publish();
        }
        catch
        {
            // Nothing of this node may outlive its hold on the store, which the caller gives up.
            sockets.Dispose();
            await host.DisposeAsync();
            await system.Terminate();
            await agents.DisposeAsync();
            throw;
        }

        purge.Start();
        policies.Follow();
        var policy = policies.Current.Policy;
        Log.Started(logger, Version, options.Settings.Name, policy.Number, policy.SourcePath, directory, string.Join(", ", node.Endpoints));
        return node;
    }

    private static WebApplication BuildHost(
        NodeOptions options,
        NodePolicies policies,
        ListenerOptions? listeners,
        IReceiptService receipt,
        LocalSubmission submission,
        NodeSockets sockets,
        ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(options.Time);
        builder.Services.AddSingleton(receipt);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Settings.DrainTime);
        if (listeners is not null)
        {
            builder.Services.AddSmtpListeners(listeners, policies.Certificates!);
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenUnixSocket(sockets.SubmissionBinding, listen => listen.Run(submission.ServeAsync));
            kestrel.ListenUnixSocket(sockets.AdminBinding, listen => listen.Protocols = HttpProtocols.Http1);
        });
        return builder.Build();
    }

    private async Task<NodeStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var counts = await _store.CountAsync(cancellationToken);
        return new NodeStatus(
            _options.Settings.Name,
            Version,
            _policies.Current.Policy.SourcePath,
            _policies.Current.Policy.Number,
            _startedAt,
            [.. Endpoints.Select(endpoint => endpoint.ToString())],
            counts.Queued,
            counts.QueuedRecipients,
            counts.Claimed,
            _draining);
    }

    private sealed record Parts(
        ILogger Logger,
        NodePolicies Policies,
        IDnsResolver Resolver,
        SqliteMessageStore Store,
        MainLog? MainLog,
        DeliveryAgents Agents,
        ActorSystem System,
        FlowActors Actors,
        JournalPurge Purge,
        LocalSubmission Submission,
        NodeSockets Sockets);
}
