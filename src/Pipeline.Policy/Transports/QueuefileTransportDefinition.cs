using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Transports;

/// <summary><c>driver = queuefile</c>: the message is written as a pair of spool files. Of the generic options none applies.</summary>
public sealed class QueuefileTransportDefinition : TransportDefinition
{
    private readonly ExpandableString? _directory;

    internal QueuefileTransportDefinition(DriverOptions options)
        : base(options)
    {
        _directory = options.GetExpandable("directory");
        if (_directory is null)
        {
            options.Report($"error for {Name} transport: directory must be set for the {Name} transport", "driver");
        }
    }

    public override bool IsLocal => true;

    public override async ValueTask<TransportExpansion> ExpandAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        var expansion = new OptionExpansion(Name, scope, cancellationToken);
        var directory = await expansion.PathAsync("directory", _directory);
        if (expansion.Failure is { } failure)
        {
            return failure;
        }

        if (directory is null || !TransportPath.IsSafe(directory))
        {
            return new TransportExpansion.Deferred($"directory path \"{directory}\" is not absolute or not usable ({Name} transport)");
        }

        return new TransportExpansion.Ready(new ExpandedQueuefileTransport(Name, directory));
    }
}
