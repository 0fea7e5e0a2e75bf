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
using Pipeline.Node.Admin.Tls;
using Pipeline.Node.Listeners;
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
    private readonly PolicyStore _policies;
    private readonly IDnsResolver _resolver;
    private readonly SqliteMessageStore _store;
    private readonly DeliveryAgents _agents;
    private readonly ActorSystem _system;
    private readonly FlowActors _actors;
    private readonly JournalPurge _purge;
    private readonly LocalSubmission _submission;
    private readonly AdminListener? _admin;
    private readonly WebApplication _host;
    private readonly DateTimeOffset _startedAt;
    private bool _draining;
    private bool _stopped;

    private MailNode(NodeOptions options, WebApplication host, Parts parts)
    {
        _options = options;
        _host = host;
        _startedAt = options.Time.GetUtcNow();
        (_logger, _policies, _resolver, _store, _agents, _system, _actors, _purge, _submission, Health, _admin) = parts;
    }

    public IMessageStore Store => _store;

    public IActorRef Messages => _actors.Messages;

    /// <summary>Takes mail from programs on this machine.</summary>
    public LocalSubmission Submission => _submission;

    public NodeHealth Health { get; }

    /// <summary>Where orders are taken over the network, with its real port; null when they are not.</summary>
    public IPEndPoint? AdminEndpoint => _admin?.Endpoint;

    public string StoreDirectory => StoreDirectoryOf(_options, _policies);

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
        var policies = new PolicyStore(
            resolver, options.Time, new LoggerPolicyLog(logger), new AclServices { RateLimits = new InMemoryRateLimitStore() });
        var problems = policies.Load(options.PolicyFile, options.Macros, options.PolicySource);
        if (problems.Count > 0)
        {
            throw new NodeStartException([.. problems.Select(problem => problem.ToString())]);
        }

        var directory = StoreDirectoryOf(options, policies);
        var store = await OpenStoreAsync(directory, options, loggers, cancellationToken);
        try
        {
            return await StartAsync(options, policies, resolver, store, directory, loggers, logger, cancellationToken);
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

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
        await _store.DisposeAsync();
        (_resolver as IDisposable)?.Dispose();
        Log.Stopped(_logger);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _host.DisposeAsync();
    }

    private static string StoreDirectoryOf(NodeOptions options, PolicyStore policies) =>
        Path.GetFullPath(options.Settings.StoreDirectory ?? Path.Combine(policies.Current.Environment.SpoolDirectory, "store"));

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
        PolicyStore policies,
        IDnsResolver resolver,
        SqliteMessageStore store,
        string directory,
        ILoggerFactory loggers,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        var admin = CreateAdminListener(options, logger);
        var owner = new Ownership(options.Settings.Name, store.Epoch);
        await store.RecoverAsync(owner, cancellationToken);

        var ids = new MessageIdSource(options.Time);
        var agents = new DeliveryAgents(
            new SmtpDeliveryAgent(new SmtpPoolOptions(), options.Time, new DkimMessageSigner(options.Time), logger: loggers.CreateLogger<SmtpDeliveryAgent>()),
            options.Time);
        var services = new MessageServices
        {
            Store = store,
            Owner = owner,
            Time = options.Time,
            Router = new PolicyRecipientRouter(policies),
            Retry = new PolicyRetrySchedule(policies),
            Notifications = new NotificationWriter(policies, store, owner, ids, options.Time),
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
            Policies = policies,
            Store = store,
            Owner = owner,
            Dns = resolver,
            Time = options.Time,
            Ids = ids,
            Messages = actors.Messages,
            Log = new LoggerPolicyLog(logger),
            DkimKeys = new DkimKeyCache(),
        });
        var health = new NodeHealth(options.Settings.Name, store, system, options.Time);
        var purge = new JournalPurge(store, options.Settings.JournalRetention, options.Time, logger);
        var submission = new LocalSubmission(ListenerSettings.Session(options.Settings, policies.Current.Policy.MainOptions), receipt, options.Time, logger);
        var host = BuildHost(options, policies, directory, receipt, submission, admin, loggers);
        var node = new MailNode(options, host, new Parts(logger, policies, resolver, store, agents, system, actors, purge, submission, health, admin));
        host.MapAdmin(new AdminServices { Messages = actors.Messages, System = system, Status = node.StatusAsync, Health = health, Logger = logger });
        await host.StartAsync(cancellationToken);
        health.WhyClosed = node.WhyClosed;
        if (!OperatingSystem.IsWindows())
        {
            // Whatever the umask says: who can connect can give orders and send mail.
            File.SetUnixFileMode(SpoolPaths.AdminSocket(directory), UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.SetUnixFileMode(SpoolPaths.SubmissionSocket(directory), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        if (node.AdminEndpoint is { } orders)
        {
            AdminLog.Listening(logger, orders);
        }

        purge.Start();
        Log.Started(logger, Version, options.Settings.Name, options.PolicyFile, directory, string.Join(", ", node.Endpoints));
        return node;
    }

    private static WebApplication BuildHost(
        NodeOptions options,
        PolicyStore policies,
        string directory,
        IReceiptService receipt,
        LocalSubmission submission,
        AdminListener? network,
        ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(options.Time);
        builder.Services.AddSingleton(receipt);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Settings.DrainTime);
        if (options.AcceptsMail)
        {
            var policy = policies.Current.Policy.MainOptions;
            builder.Services.AddSmtpListeners(ListenerSettings.Make(options.Listen, options.Settings, policy), Certificates.Load(policy));
        }

        var (admin, local) = (SpoolPaths.AdminSocket(directory), SpoolPaths.SubmissionSocket(directory));
        File.Delete(admin);
        File.Delete(local);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenUnixSocket(local, listen => listen.Run(submission.ServeAsync));
            kestrel.ListenUnixSocket(admin, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                AdminAuthorization.TrustLocal(listen, $"operator on {options.Settings.Name}");
            });
            network?.Attach(kestrel);
        });
        return builder.Build();
    }

    private static AdminListener? CreateAdminListener(NodeOptions options, ILogger logger)
    {
        if (options.Settings.Admin is not { } settings)
        {
            return null;
        }

        List<string> errors = [];
        return AdminListener.Create(settings, errors, options.Time, logger) ?? throw new NodeStartException(errors);
    }

    private string? WhyClosed() =>
        _draining ? "draining: the node takes no more mail"
        : _options.AcceptsMail && Endpoints.IsEmpty ? "the node listens nowhere"
        : null;

    private async Task<NodeStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var counts = await _store.CountAsync(cancellationToken);
        return new NodeStatus(
            _options.Settings.Name,
            Version,
            _options.PolicyFile,
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
        PolicyStore Policies,
        IDnsResolver Resolver,
        SqliteMessageStore Store,
        DeliveryAgents Agents,
        ActorSystem System,
        FlowActors Actors,
        JournalPurge Purge,
        LocalSubmission Submission,
        NodeHealth Health,
        AdminListener? Admin);
}
