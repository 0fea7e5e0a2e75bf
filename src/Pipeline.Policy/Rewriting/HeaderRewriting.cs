using System.Buffers;
using System.Collections.Immutable;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Policy.Addressing;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Rewriting;

/// <summary>What became of a header block.</summary>
/// <param name="Block">Well formed if the block was; the very same octets when nothing was rewritten.</param>
public sealed record RewrittenHeader(ReadOnlyMemory<byte> Block, ImmutableArray<RewriteStep> Steps)
{
    /// <summary>Whether any octet is different: addresses may have been qualified without a rule.</summary>
    public bool IsChanged { get; init; }
}

/// <summary>Which addresses without a domain get one, and which.</summary>
/// <param name="Sender">For From, Sender and Reply-To; null to leave them alone.</param>
/// <param name="Recipient">For To, Cc and Bcc; null to leave them alone.</param>
public sealed record HeaderQualification(string? Sender = null, string? Recipient = null)
{
    public static HeaderQualification None { get; } = new();

    internal string? For(RewritePlaces place) =>
        (place & (RewritePlaces.From | RewritePlaces.Sender | RewritePlaces.ReplyTo)) != 0 ? Sender : Recipient;
}

/// <summary>Rewrites the addresses in the header fields that hold senders and recipients. Phrases, comments, groups and folds stay as they are.</summary>
/// <remarks>
/// Elements that cannot be read stay, and so does a field that would grow beyond what a field may have. The work is bounded by the limits of headers and
/// of addresses, and addresses behind the first ten thousand stay.
/// </remarks>
public static class HeaderRewriting
{
    private const AddressTolerance Tolerance = AddressTolerance.LooseDots | AddressTolerance.FinalDot | AddressTolerance.StrayBrackets;

    /// <param name="block">Fields ended by CRLF, without the empty line.</param>
    public static async ValueTask<RewrittenHeader> RewriteAsync(
        EvaluationScope scope, RewriteRules rules, ReadOnlyMemory<byte> block, HeaderQualification qualification, CancellationToken cancellationToken)
    {
        var unchanged = new RewrittenHeader(block, []);
        if (!rules.Concern(RewritePlaces.Headers) && qualification == HeaderQualification.None)
        {
            return unchanged;
        }

        var run = new RewriteRun(rules, scope);
        ArrayBufferWriter<byte>? output = null;
        var kept = 0;
        var position = 0;
        var grown = 0;
        var budget = HeaderAddresses.MaxAddresses;
        var fields = new HeaderFields(block);
        while (fields.MoveNext())
        {
            var lines = fields.CurrentLines;
            var place = RewritePlaceNames.OfField(fields.Current.Name);
            var steps = run.Steps.Count;
            var mailboxes = place == RewritePlaces.None ? [] : Mailboxes(fields.Current.Value.Span, budget);
            budget -= mailboxes.Count;
            var value = await FieldAsync(run, fields.Current.Value, mailboxes, place, qualification.For(place), cancellationToken);
            if (value is not null
                && (lines.Length - fields.Current.Value.Length + value.Length > HeaderLimits.Default.MaxFieldBytes
                    || block.Length + grown + value.Length - fields.Current.Value.Length > HeaderLimits.Default.MaxBlockBytes))
            {
                run.Undo(steps, "a header field would become too long");
            }
            else if (value is not null)
            {
                grown += value.Length - fields.Current.Value.Length;
                output ??= new ArrayBufferWriter<byte>(block.Length + 256);
                output.Write(block.Span[kept..(position + fields.Current.ColonOffset + 1)]);
                output.Write(value);
                kept = position + fields.Current.Raw.Length;
            }

            position += lines.Length;
        }

        if (output is null)
        {
            return unchanged;
        }

        output.Write(block.Span[kept..]);
        return new RewrittenHeader(output.WrittenMemory, [.. run.Steps]) { IsChanged = true };
    }

    /// <returns>The new value of the field, or null when it stays as it is.</returns>
    private static async ValueTask<byte[]?> FieldAsync(
        RewriteRun run, ReadOnlyMemory<byte> value, List<MailboxExtent> mailboxes, RewritePlaces place, string? domain, CancellationToken cancellationToken)
    {
        ArrayBufferWriter<byte>? output = null;
        var kept = 0;
        foreach (var element in mailboxes)
        {
            var mailbox = MailboxText.Read(value.Span, element);
            var result = mailbox;
            if (mailbox.Address.Domain.Length == 0)
            {
                if (domain is null)
                {
                    continue;
                }

                result = mailbox with { Address = mailbox.Address with { Domain = domain } };
            }

            result = run.Concerns(place) ? await run.MailboxAsync(result, place, cancellationToken) : result;
            if (result == mailbox)
            {
                continue;
            }

            output ??= new ArrayBufferWriter<byte>(value.Length + 64);
            output.Write(value.Span[kept..element.Element.Start]);
            output.Write(OctetString.ToBytes(result.ToString()));
            kept = element.Element.End;
            if (output.WrittenCount > HeaderLimits.Default.MaxFieldBytes)
            {
                break;
            }
        }

        output?.Write(value.Span[kept..]);
        return output?.WrittenSpan.ToArray();
    }

    private static List<MailboxExtent> Mailboxes(ReadOnlySpan<byte> value, int most)
    {
        var mailboxes = new List<MailboxExtent>();
        var scanner = new AddressListScanner(value, Tolerance);
        while (mailboxes.Count < most && scanner.Next() is var step and not AddressListStep.End)
        {
            if (step == AddressListStep.Mailbox)
            {
                mailboxes.Add(scanner.Mailbox);
            }
            else if (scanner.Error.Defect == AddressDefect.AngleNotClosed)
            {
                // What follows may be meant to be inside the brackets: where the next mailbox begins is anybody's guess.
                break;
            }
        }

        return mailboxes;
    }
}
