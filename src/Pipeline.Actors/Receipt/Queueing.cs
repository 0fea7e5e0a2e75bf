using System.Globalization;
using Pipeline.Actors.Messages;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Actors.Receipt;

/// <summary>Whether the messages of one connection are delivered when they have arrived, or only put into the queue (Exim specification, "queue_only" and the options around it).</summary>
/// <param name="delivery">What the program wants that hands the message over.</param>
internal sealed class Queueing(ReceiptServices services, MainOptions options, LocalDelivery delivery = LocalDelivery.Unsaid)
{
    private readonly int _connections = options.SmtpAcceptQueue > 0 ? services.Connections() : 0;
    private long? _latchedLoad;
    private int _accepted;

    /// <summary>Decides about the message that is about to be committed.</summary>
    /// <param name="controls">The controls that ACLs have set for it.</param>
    public QueueingDecision Decide(IReadOnlyCollection<string> controls)
    {
        var order = ++_accepted;
        if (controls.Contains("queue") || controls.Contains("queue_only"))
        {
            return QueueingDecision.All("queued by ACL");
        }

        var (all, remote) = Wanted();
        if (all)
        {
            return QueueingDecision.All(null);
        }

        var perConnection = options.SmtpAcceptQueuePerConnection ?? (services.HasQueueRuns ? MainOptions.DefaultQueuePerConnection : 0);
        if (perConnection > 0 && order > perConnection)
        {
            return QueueingDecision.All(string.Create(CultureInfo.InvariantCulture, $"more than {perConnection} messages received in one connection"));
        }

        if (options.SmtpAcceptQueue > 0 && _connections > options.SmtpAcceptQueue)
        {
            return QueueingDecision.All(string.Create(CultureInfo.InvariantCulture, $"too many connections ({_connections}, max {options.SmtpAcceptQueue})"));
        }

        if (Overload() is { } load)
        {
            return QueueingDecision.All($"load average {SystemLoad.Text(load)}");
        }

        return remote || controls.Contains("queue/first_pass_route") || controls.Contains("queue_only/first_pass_route") ? QueueingDecision.Remote : QueueingDecision.None;
    }

    /// <summary>What the program and the configuration want of every message.</summary>
    private (bool All, bool Remote) Wanted()
    {
        var (all, remote) = (delivery == LocalDelivery.Queue, delivery == LocalDelivery.QueueRemote);
        if (delivery != LocalDelivery.Unsaid && options.QueueOnlyOverride)
        {
            return (all, remote);
        }

        all |= options.QueueOnly;
        foreach (var item in options.QueueOnlyFile is { } files ? ListSyntax.Split(files) : [])
        {
            var isRemote = !item.StartsWith('/');
            if (Path.Exists(isRemote ? item["smtp".Length..] : item))
            {
                (all, remote) = (all || !isRemote, remote || isRemote);
            }
        }

        return (all, remote);
    }

    /// <returns>The load when it is too high, or was for an earlier message.</returns>
    private long? Overload()
    {
        if (options.QueueOnlyLoad is not { } limit)
        {
            return null;
        }

        if (options.QueueOnlyLoadLatch && _latchedLoad is { } latched)
        {
            return latched;
        }

        return services.LoadAverage() is { } load && load > limit ? _latchedLoad = load : null;
    }
}

/// <param name="What">One of the values of <see cref="MessageProperties.Postpone"/>; null when everything is tried at once.</param>
/// <param name="Reason">What is logged of it; null when nothing is.</param>
internal readonly record struct QueueingDecision(string? What, string? Reason)
{
    public static QueueingDecision None { get; }

    public static QueueingDecision Remote { get; } = new(MessageProperties.PostponeRemote, null);

    public static QueueingDecision All(string? reason) => new(MessageProperties.PostponeAll, reason);
}
