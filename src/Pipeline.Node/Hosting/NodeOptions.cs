using System.Data.Common;
using Pipeline.Mail.Dns;
using Pipeline.Node.Configuration;
using Pipeline.Policy.Configuration;

namespace Pipeline.Node.Hosting;

/// <summary>How to start a node.</summary>
internal sealed record NodeOptions
{
    public NodeSettings Settings { get; init; } = new();

    /// <summary>The configuration in Exim's language.</summary>
    public required string PolicyFile { get; init; }

    /// <summary>Where the policy's files come from; null for the disk.</summary>
    public IFileSource? PolicySource { get; init; }

    /// <summary>Macros of the command line (<c>-DNAME=value</c>).</summary>
    public IReadOnlyDictionary<string, string> Macros { get; init; } = new Dictionary<string, string>();

    /// <summary>The value of <c>-oX</c>.</summary>
    public string? Listen { get; init; }

    /// <summary>Whether mail is taken over the network; a queue run takes none.</summary>
    public bool AcceptsMail { get; init; } = true;

    /// <summary>Whether the node is started for one command that ends it, and not to stay.</summary>
    public bool ForOneCommand { get; init; }

    /// <summary>How often the queue is run (<c>-q30m</c>, or Delivery:QueueInterval of the settings); null for at orders only.</summary>
    public TimeSpan? QueueInterval
    {
        get => field ?? Settings.Delivery.QueueInterval;
        init;
    }

    /// <summary>The named queue that is run at the interval; empty for the default one.</summary>
    public string QueueName { get; init; } = "";

    /// <summary>Whether it works on what is due in the queue, or only on what it is told to.</summary>
    public bool ClaimsDue { get; init; } = true;

    /// <summary>No transport is run: see <see cref="PretendedDeliveries"/>.</summary>
    public bool PretendsDeliveries { get; init; }

    /// <summary>Instead of the resolvers of the settings.</summary>
    public IDnsResolver? Resolver { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where log lines go; null for nowhere.</summary>
    public ILoggerProvider? Logging { get; init; }

    /// <summary>Where the main log goes when the settings name no file for it; null for nowhere.</summary>
    public TextWriter? MainLog { get; init; }
}

/// <summary>A node cannot start: every reason, one a line.</summary>
internal sealed class NodeStartException(IReadOnlyList<string> problems) : Exception(string.Join('\n', problems))
{
    public IReadOnlyList<string> Problems => problems;

    /// <summary>Another node runs on the store: whoever wants mail taken can turn to it.</summary>
    public bool StoreInUse { get; init; }

    /// <summary>It may work later, without anybody doing anything: the database is away, or the node's earlier life is not yet over.</summary>
    public bool MayPass { get; init; }

    /// <summary>The start of a node of a cluster met an outage of its database; null when the error is something else.</summary>
    public static NodeStartException? OfOutage(Exception error) => error is DbException or IOException { InnerException: DbException }
        ? new NodeStartException([$"Cluster:Database: {error.Message}"]) { MayPass = true }
        : null;

    public static NodeStartException InUse(string directory) => new([$"another node runs on {directory}"]) { StoreInUse = true };
}
