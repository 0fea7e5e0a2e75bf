namespace Pipeline.Actors.Receipt;

/// <summary>Receives mail under the policy in force.</summary>
public sealed class ReceiptService(ReceiptServices services) : IReceiptService
{
    public IReceiptSession Open(ClientConnection client) => new ReceiptSession(services, services.Policies.Current, client);
}
