using System.Diagnostics.Metrics;
using Pipeline.Connectors.Ports;

namespace Pipeline.Connectors.Smtp;

/// <summary>What the smtp transport counts.</summary>
internal sealed class SmtpClientMetrics : IDisposable
{
    private readonly Meter _meter = new("Pipeline.Connectors.Smtp");
    private readonly Counter<long> _connections;
    private readonly Counter<long> _recipients;
    private readonly Counter<long> _hostFailures;

    public SmtpClientMetrics(Func<int> open, Func<int> idle)
    {
        _connections = _meter.CreateCounter<long>("smtp.client.connections", description: "Connections wanted, by whether one was opened, reused or not to be had.");
        _recipients = _meter.CreateCounter<long>("smtp.client.recipients", description: "Recipients attempted, by outcome.");
        _hostFailures = _meter.CreateCounter<long>("smtp.client.host_failures", description: "Hosts that were passed over, by kind of failure.");
        _meter.CreateObservableGauge("smtp.client.connections.open", open, description: "Connections in use and idle.");
        _meter.CreateObservableGauge("smtp.client.connections.idle", idle, description: "Connections kept for the next message.");
    }

    public void Opened(bool success) => _connections.Add(1, new KeyValuePair<string, object?>("result", success ? "opened" : "failed"));

    public void Reused() => _connections.Add(1, new KeyValuePair<string, object?>("result", "reused"));

    public void HostFailed(FailureClass failureClass) =>
        _hostFailures.Add(1, new KeyValuePair<string, object?>("class", Enum.GetName(failureClass)));

    public void Done(DeliveryReport report)
    {
        foreach (var recipient in report.Recipients)
        {
            var outcome = recipient.Outcome switch
            {
                DeliveryOutcome.Delivered => "delivered",
                DeliveryOutcome.Failed => "failed",
                _ => "deferred",
            };
            _recipients.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        }
    }

    public void Dispose() => _meter.Dispose();
}
