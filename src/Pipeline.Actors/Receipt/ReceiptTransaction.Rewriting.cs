using System.Buffers;
using Pipeline.Mail.Message;
using Pipeline.Policy.Rewriting;

namespace Pipeline.Actors.Receipt;

/// <summary>The rewriting of addresses, once the message is there and before any ACL about its content: recipients, sender, header (Exim's order).</summary>
internal sealed partial class ReceiptTransaction
{
    /// <summary>Addresses of the header whose rewriting the journal names; a header may hold thousands.</summary>
    private const int MaxRecordedInHeader = 100;

    /// <returns>The header with its addresses rewritten, and in local submissions qualified.</returns>
    private async ValueTask<HeaderBlock> RewriteAsync(HeaderBlock received, CancellationToken cancellationToken)
    {
        // Rules may look at the header, as it came.
        _scope.Message.HeaderBlock = received.Bytes;
        await RewriteRecipientsAsync(cancellationToken);
        foreach (var step in await EnvelopeRewriting.RewriteSenderAsync(_scope, cancellationToken))
        {
            Record(RewriteEvents.Of(step));
        }

        var header = await HeaderRewriting.RewriteAsync(_scope, _active.Policy.Rewriting, received.Bytes, Qualification, cancellationToken);
        foreach (var step in header.Steps.Take(MaxRecordedInHeader))
        {
            Record(RewriteEvents.Of(step));
        }

        return header.IsChanged && HeaderBlock.Parse(header.Block, HeaderLimits.Default, out var rewritten, out _, out _) == OperationStatus.Done
            ? rewritten
            : received;
    }

    private async ValueTask RewriteRecipientsAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < _recipients.Count; i++)
        {
            var recipient = _recipients[i];
            var rewritten = await EnvelopeRewriting.RewriteTextAsync(_scope, recipient.Address, RewritePlaces.EnvelopeTo, cancellationToken);
            _recipients[i] = recipient with { Address = rewritten.Address };
            _scope.Message.Recipients[i] = rewritten.Address;
            foreach (var step in rewritten.Steps)
            {
                Record(RewriteEvents.Of(recipient.Index, step));
            }
        }
    }

    /// <summary>What header addresses without a domain are completed with: from whom such addresses are taken.</summary>
    public HeaderQualification Qualification { get; set; } = HeaderQualification.None;
}
