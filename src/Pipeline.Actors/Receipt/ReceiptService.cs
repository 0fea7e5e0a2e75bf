using System.Net;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>Receives mail under the policy in force.</summary>
public sealed class ReceiptService(ReceiptServices services) : IReceiptService, ILocalReceiptService
{
    public IReceiptSession Open(ClientConnection client) => new ReceiptSession(services, services.Policies.Current, client);

    public async ValueTask<bool> IsProxyAsync(IPAddress peer, CancellationToken cancellationToken)
    {
        var active = services.Policies.Current;
        if (active.Policy.MainOptions.HostsProxy is not { } proxies)
        {
            return false;
        }

        peer = peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer;
        var scope = new EvaluationScope { Environment = active.Environment, Connection = new ConnectionScope { ClientAddress = peer }, Message = new MessageScope() };
        return (await proxies.MatchClientAsync(scope, cancellationToken)).IsMatch;
    }

    public ILocalReceipt Open(LocalMessage message) => new LocalReceipt(services, services.Policies.Current, message);
}
