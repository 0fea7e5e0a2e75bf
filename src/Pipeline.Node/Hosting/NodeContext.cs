using Pipeline.Mail.Dns;
using Pipeline.Node.Hosting.Policies;
using Pipeline.Node.Hosting.Stores;
using Pipeline.Node.Logging;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Hosting;

/// <summary>What the parts of one node share.</summary>
internal sealed record NodeContext
{
    public required NodeOptions Options { get; init; }

    public required ILoggerFactory Loggers { get; init; }

    /// <summary>For what the node says of itself.</summary>
    public required ILogger Logger { get; init; }

    public required IDnsResolver Resolver { get; init; }

    public required PolicyLog PolicyLog { get; init; }

    public required NodePolicies Policies { get; init; }

    public required NodeStore Store { get; init; }

    /// <summary>The messages of the store, as the flow writes them: what it commits is told to the main log.</summary>
    public required IMessageStore Messages { get; init; }
}
