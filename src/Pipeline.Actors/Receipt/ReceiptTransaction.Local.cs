using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Mail.Smtp;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>What is different when a local program hands the message over without speaking SMTP.</summary>
internal sealed partial class ReceiptTransaction
{
    private LocalMessage? _local;
    private string? _badRecipients;

    /// <summary>The user of this machine who hands the message over; null for a client.</summary>
    public LocalAuthor? Author { get; set; }

    public async ValueTask BeginLocalAsync(LocalMessage message, CancellationToken cancellationToken)
    {
        _local = message;
        if (!message.RecipientsInHeader)
        {
            Add(message.Recipients);
        }

        // It cannot refuse anything, whatever it says: it is run for what it sets.
        await RunAsync(AclPoint.NotSmtpStart, null, cancellationToken);
        BeginReception();
    }

    /// <summary>Takes the recipients from the header, when they are to be found there.</summary>
    /// <returns>The header without Bcc then; null when it does not say for whom the message is.</returns>
    private HeaderBlock? TakeHeader(HeaderBlock header)
    {
        if (_local is not { RecipientsInHeader: true } local)
        {
            return header;
        }

        var found = HeaderRecipients.Find(header, _active.Environment.QualifyRecipient);
        if (found.Defect is not null)
        {
            _badRecipients = found.Defect;
            return null;
        }

        var removes = _active.Policy.MainOptions.ExtractAddressesRemoveArguments;
        Add(removes ? found.Recipients.Except(local.Recipients, AddressComparer.Instance) : found.Recipients.Concat(local.Recipients));
        return _recipients.Count == 0 ? null : found.Header;
    }

    /// <returns>The refusal of a local message for which there is no room; null when there is.</returns>
    private async ValueTask<ReceiptDecision?> RefuseForSpaceAsync(long size)
    {
        if (!_points.AreLocal || SpaceCheck.Shortage(_active.Environment, size) is not { } shortage)
        {
            return null;
        }

        _services.Log.Write(PolicyLogTarget.Main, shortage);
        var reply = new SmtpReply(452, new EnhancedStatusCode(4, 3, 1), "insufficient disk space");
        await RefuseAsync("end of data", reply);
        return new ReceiptDecision(reply);
    }

    private async ValueTask<ReceiptDecision> RefuseWithoutRecipientsAsync()
    {
        _services.Log.Write(PolicyLogTarget.Main, $"{_id} {(_badRecipients is null ? "no recipients" : "bad addresses")} found in headers");
        var reply = _badRecipients is { } why
            ? new SmtpReply(550, new EnhancedStatusCode(5, 1, 3), $"invalid address: {why}")
            : new SmtpReply(550, new EnhancedStatusCode(5, 1, 0), "no recipients in message");
        await RefuseAsync("end of data", reply);
        return new ReceiptDecision(reply);
    }

    private void Add(IEnumerable<EnvelopeAddress> recipients)
    {
        foreach (var recipient in recipients)
        {
            Add(new RecipientParameters(recipient, DsnNotify.None, null));
        }
    }
}
