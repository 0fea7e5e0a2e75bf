using System.Net;
using System.Text;
using Pipeline.Actors;
using Pipeline.Actors.Callouts;
using Pipeline.Actors.Delivery;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Reporting;
using Pipeline.Actors.Routing;
using Pipeline.Connectors.Scanners;
using Pipeline.Connectors.Smtp;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Message;
using Pipeline.Node.CommandLine.Run;
using Pipeline.Node.Hosting;
using Pipeline.Node.Listeners;
using Pipeline.Node.Scanning;
using Pipeline.Policy;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Hints;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Sqlite;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-bh</c>: an SMTP session on the standard streams as if from a host, with what the policy does on the error output. No message is kept. With <c>-bhc</c> callouts are made.</summary>
/// <remarks>
/// It is the reception of a node, over a store of its own that goes when the session ends: checks, lookups and what ACLs write elsewhere are real,
/// delays are left out, and rates are counted from nothing.
/// </remarks>
internal static class SessionTest
{
    private const string Node = "session-test";

    private static readonly CompositeFormat Banner = CompositeFormat.Parse(
        "\n**** SMTP testing session as if from host {0}\n**** but without any ident (RFC 1413) callback.\n**** This is not for real!\n\n");

    public static async Task<int> RunAsync(
        EximCommand command, EximConfiguration configuration, EximStreams streams, TimeProvider time, CancellationToken cancellationToken)
    {
        var client = command.Client!;
        var store = Directory.CreateTempSubdirectory("mailpipeline-bh-");
        try
        {
            var banner = string.Format(null, Banner, client.Address);
            await streams.Output.WriteAsync(Encoding.ASCII.GetBytes(banner), cancellationToken);
            await streams.Output.FlushAsync(cancellationToken);
            await ServeAsync(command, configuration, streams, store.FullName, time, cancellationToken);
            return ExitCodes.Success;
        }
        finally
        {
            store.Delete(recursive: true);
        }
    }

    private static async Task ServeAsync(
        EximCommand command, EximConfiguration configuration, EximStreams streams, string folder, TimeProvider time, CancellationToken cancellationToken)
    {
        using var logging = new ConsoleLineLogger(streams.Errors, time, LogLevel.Error);
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(logging));
        var settings = configuration.Choice.Settings;
        var told = new SessionTestOutput(streams.Errors, command.Debug?.Topics ?? PolicyTopics.None);
        var ownResolver = Resolvers.Create(settings.Dns, time);
        using var owned = ownResolver as IDisposable;
        var resolver = TracedResolver.Of(ownResolver, told);
        var policy = Compile(configuration);
        var policies = new OnePolicy(new ActivePolicy(policy, PolicyEnvironments.Create(policy, resolver, time, told, told)));
        await using var store = await SqliteMessageStore.OpenAsync(
            new SqliteStoreOptions { Directory = folder, TimeProvider = time }, loggers.CreateLogger<SqliteMessageStore>(), cancellationToken);
        var owner = new Ownership(Node, store.Epoch);
        var ids = new MessageIdSource(time);
        var smtp = new SmtpDeliveryAgent(
            new SmtpPoolOptions(), time, resolver, new MessageSigner(time), static _ => false, loggers.CreateLogger<SmtpDeliveryAgent>());
        await using var agents = new DeliveryAgents(smtp, time);
        var system = ActorSystem.Create(Node, new ActorSystemSettings { Time = time, LoggerFactory = loggers });
        try
        {
            // It routes and delivers nothing: what is accepted stays in the store, and goes with it.
            var messages = new MessageServices
            {
                Store = store,
                Owner = owner,
                Work = MessageWork.None,
                Time = time,
                Router = new PolicyRecipientRouter(policies),
                Retry = new PolicyRetrySchedule(policies),
                Notifications = new NotificationWriter(policies, store, owner, ids, time),
            };
            var actors = await FlowActors.StartAsync(system, messages, agents, new DeliveryLimits(), cancellationToken);
            var receipt = new ReceiptService(new ReceiptServices
            {
                Policies = policies,
                Store = store,
                Owner = owner,
                Dns = resolver,
                Time = time,
                Ids = ids,
                Messages = actors.Messages,
                Log = told,
                DkimKeys = new DkimKeyCache(),
                Scanner = new MessageScanner(ScanFolder.Prepare(Path.Combine(folder, "scan")), Random.Shared, time),
                Callouts = command.MakesCallouts ? NodeCallouts.Create(new SmtpCalloutClient(time, resolver, static _ => false), store) : null,
                Limits = new ReceiptLimits { ScanDeadline = settings.Scan.Deadline },
            });
            var options = ListenerSettings.Session(settings, policy.MainOptions) with { RemarkOnMessages = "\n**** SMTP testing: that is not a real message id!\n\n" };
            var connection = new ClientConnection(command.Client, command.Interface, ImplicitTls: false);
            await StandardInputSession.RunAsync(streams.Input, streams.Output, options, receipt, time, connection, cancellationToken);
        }
        finally
        {
            await system.Terminate();
        }
    }

    /// <summary>The configuration once more, for ACLs that do not wait.</summary>
    private static MailPolicy Compile(EximConfiguration configuration) => PolicyCompiler.Compile(
        configuration.Choice.PolicyFile,
        configuration.Choice.Macros,
        configuration.Choice.Source,
        new AclServices { Hints = new InMemoryHints(), SkipDelays = true }).Policy
        ?? throw new InvalidOperationException("the configuration has changed while it was read");

    private sealed class OnePolicy(ActivePolicy policy) : IPolicySource
    {
        public ActivePolicy Current => policy;

        public ValueTask<ActivePolicy> GetAsync(int number, CancellationToken cancellationToken) => new(policy);
    }
}
