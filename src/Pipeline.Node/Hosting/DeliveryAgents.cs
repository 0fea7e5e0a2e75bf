using Pipeline.Connectors.Delivery;
using Pipeline.Connectors.Files;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Processes;
using Pipeline.Connectors.Smtp;

namespace Pipeline.Node.Hosting;

/// <summary>Gives each job to the agent of its kind of transport.</summary>
internal sealed class DeliveryAgents : IDeliveryAgent, IAsyncDisposable
{
    private readonly BlockingIoPool _io = new();
    private readonly SmtpDeliveryAgent _smtp;
    private readonly AppendfileAgent _appendfile;
    private readonly QueuefileAgent _queuefile;
    private readonly PipeAgent _pipe;
    private readonly LmtpAgent _lmtp;
    private readonly AutoreplyAgent _autoreply;
    private readonly TransportFilter _filter;

    public DeliveryAgents(SmtpDeliveryAgent smtp, TimeProvider time)
    {
        _smtp = smtp;
        _appendfile = new AppendfileAgent(_io, time);
        _queuefile = new QueuefileAgent(_io);
        _pipe = new PipeAgent(time);
        _lmtp = new LmtpAgent(time);
        _autoreply = new AutoreplyAgent(_io, time);
        _filter = new TransportFilter(time);
    }

    public async ValueTask<DeliveryReport> DeliverAsync(DeliveryJob job, CancellationToken cancellationToken) =>
        await ShadowDelivery.FollowAsync(job, await FilterAsync(job, cancellationToken), FilterAsync, cancellationToken);

    // An automatic reply is another message than the one a filter would see.
    private ValueTask<DeliveryReport> FilterAsync(DeliveryJob job, CancellationToken cancellationToken) => job.Transport is { Filter.IsEmpty: true } or AutoreplyTransportSettings
        ? HandOverAsync(job, cancellationToken)
        : _filter.DeliverAsync(job, HandOverAsync, cancellationToken);

    private ValueTask<DeliveryReport> HandOverAsync(DeliveryJob job, CancellationToken cancellationToken) => job.Transport switch
    {
        SmtpTransportSettings => _smtp.DeliverAsync(job, cancellationToken),
        AppendfileTransportSettings => _appendfile.DeliverAsync(job, cancellationToken),
        AutoreplyTransportSettings => _autoreply.DeliverAsync(job, cancellationToken),
        LmtpTransportSettings => _lmtp.DeliverAsync(job, cancellationToken),
        PipeTransportSettings => _pipe.DeliverAsync(job, cancellationToken),
        QueuefileTransportSettings => _queuefile.DeliverAsync(job, cancellationToken),
        _ => throw new InvalidOperationException($"no agent for transport {job.Transport.Name}"),
    };

    public async ValueTask DisposeAsync()
    {
        await _smtp.DisposeAsync();
        _io.Dispose();
    }
}
