using Pipeline.Mail.Addressing;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Rewriting;

namespace Pipeline.Actors.Receipt;

/// <summary>One message that a local program hands over without speaking SMTP: a transaction without a client, about which the non-SMTP ACLs decide.</summary>
internal sealed class LocalReceipt(ReceiptServices services, ActivePolicy active, LocalMessage message) : ILocalReceipt
{
    private ReceiptTransaction? _transaction;

    public async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        var connection = new ConnectionScope
        {
            Protocol = message.Protocol is { } protocol ? OctetString.FromText(protocol) : message.IsBatch ? "local-bsmtp" : "local",
            Ident = OctetString.FromText(message.Caller),
            AuthenticatedId = OctetString.FromText(message.Caller),
        };
        var mail = new MailParameters(message.Sender, message.IsBatch ? null : 0, BodyType.Unspecified, SmtpUtf8: !IsAscii(), DsnReturn.Unspecified, null, null);
        var scope = new EvaluationScope { Environment = active.Environment, Connection = connection, Message = new MessageScope() };
        var maxSize = await CapabilityOffer.MaxMessageSizeAsync(active.Policy.MainOptions, scope, cancellationToken);
        _transaction = await ReceiptTransaction.OpenAsync(services, active, connection, mail, ContentPoints.Local, maxSize, new Queueing(services, active.Policy.MainOptions, message.Delivery), cancellationToken);
        _transaction.Qualification = new HeaderQualification(active.Environment.QualifyDomain, active.Environment.QualifyRecipient);
        await _transaction.BeginLocalAsync(message, cancellationToken);
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken) => Open.WriteAsync(octets, cancellationToken);

    public async ValueTask<LocalReceiptEnd> EndAsync(CancellationToken cancellationToken)
    {
        var transaction = Open;
        _transaction = null;
        var decision = await transaction.EndDataAsync(cancellationToken);
        return new LocalReceiptEnd(decision.Reply, decision.RefusedBy);
    }

    public ValueTask DisposeAsync()
    {
        var transaction = _transaction;
        _transaction = null;
        return transaction?.AbortAsync("the program that hands it over has gone") ?? ValueTask.CompletedTask;
    }

    private ReceiptTransaction Open => _transaction ?? throw new InvalidOperationException("the message was not begun, or has ended");

    private bool IsAscii() => Ascii(message.Sender) && message.Recipients.All(Ascii);

    private static bool Ascii(EnvelopeAddress address) => System.Text.Ascii.IsValid(address.LocalPart) && System.Text.Ascii.IsValid(address.Domain);
}
