using Pipeline.Mail.Addressing;
using Pipeline.Mail.Smtp;
using Pipeline.Policy.Callers;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Rewriting;

namespace Pipeline.Actors.Receipt;

/// <summary>One message that a local program hands over without speaking SMTP: a transaction without a client, about which the non-SMTP ACLs decide.</summary>
internal sealed class LocalReceipt(ReceiptServices services, ActivePolicy active, LocalMessage message) : ILocalReceipt
{
    private ReceiptTransaction? _transaction;
    private SmtpReply? _refusal;

    public async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        var nobody = new EvaluationScope { Environment = active.Environment, Connection = new ConnectionScope(), Message = new MessageScope() };
        var (caller, problem) = await CallerIdentity.FindAsync(nobody, message.Caller ?? active.Environment.ProcessUser, cancellationToken);
        if (caller is null)
        {
            services.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, problem);
            _refusal = new SmtpReply(554, new EnhancedStatusCode(5, 7, 1), problem);
            return;
        }

        var connection = LocalOrigin.Connection(caller, message.Claims, message.IsBatch ? "local-bsmtp" : "local");
        var scope = new EvaluationScope { Environment = active.Environment, Connection = connection, Message = new MessageScope() };
        var sender = await SenderAsync(scope, caller, cancellationToken);
        var recipients = message.Recipients.Select(Qualified).Distinct(AddressComparer.Instance).ToImmutableArray();
        var mail = new MailParameters(
            sender, message.IsBatch ? null : 0, BodyType.Unspecified, SmtpUtf8: !Ascii(sender) || !recipients.All(Ascii), DsnReturn.Unspecified, null, null);
        var maxSize = await CapabilityOffer.MaxMessageSizeAsync(active.Policy.MainOptions, scope, cancellationToken);
        _transaction = await ReceiptTransaction.OpenAsync(services, active, connection, mail, ContentPoints.Local, maxSize, new Queueing(services, active.Policy.MainOptions, message.Delivery), cancellationToken);
        _transaction.Qualification = new HeaderQualification(active.Environment.QualifyDomain, active.Environment.QualifyRecipient);
        _transaction.Author = new LocalAuthor(caller, Name(caller));
        _transaction.TakesFromLine(setsSender: message.Sender is null || message.IsBatch);
        if (caller.IsTrusted)
        {
            _transaction.Scope.Message.AuthenticatedSender = OctetString.FromText(message.Claims?.AuthenticatedSender ?? "");
        }

        await _transaction.BeginLocalAsync(message with { Recipients = recipients }, cancellationToken);
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken) =>
        _refusal is null ? Open.WriteAsync(octets, cancellationToken) : ValueTask.CompletedTask;

    public async ValueTask<LocalReceiptEnd> EndAsync(CancellationToken cancellationToken)
    {
        if (_refusal is not null)
        {
            return new LocalReceiptEnd(_refusal);
        }

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

    /// <summary>The sender that was named, where the caller may name it; anybody may name none.</summary>
    private async ValueTask<EnvelopeAddress> SenderAsync(EvaluationScope scope, Caller caller, CancellationToken cancellationToken)
    {
        if (message.Sender is not { } named)
        {
            return LocalOrigin.AddressOf(caller, scope);
        }

        var sender = named is { IsNull: false, Domain.Length: 0 } ? named with { Domain = active.Environment.QualifyDomain } : named;
        return (sender.IsNull && !message.IsBatch) || await CallerRights.MaySetSenderAsync(scope, caller, sender, cancellationToken)
            ? sender
            : LocalOrigin.AddressOf(caller, scope);
    }

    /// <summary>The real name of a field that is added. A trusted user who names the sender speaks for somebody else.</summary>
    private string Name(Caller caller) => message.RealName is { } name ? OctetString.FromText(name)
        : caller.IsTrusted && (message.IsBatch || message.Sender is { IsNull: false }) ? ""
        : caller.RealName;

    private EnvelopeAddress Qualified(EnvelopeAddress recipient) =>
        recipient.Domain.Length == 0 ? recipient with { Domain = active.Environment.QualifyRecipient } : recipient;

    private static bool Ascii(EnvelopeAddress address) => System.Text.Ascii.IsValid(address.LocalPart) && System.Text.Ascii.IsValid(address.Domain);
}
