namespace Pipeline.Actors.Receipt;

/// <summary>Receives mail under the policy in force.</summary>
public sealed class ReceiptService(ReceiptServices services) : IReceiptService, ILocalReceiptService
{
    public IReceiptSession Open(ClientConnection client) => new ReceiptSession(services, services.Policies.Current, client);

    public ILocalReceipt Open(LocalMessage message) => new LocalReceipt(services, services.Policies.Current, message);
}
