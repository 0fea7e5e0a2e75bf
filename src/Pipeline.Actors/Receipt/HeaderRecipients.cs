using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;

namespace Pipeline.Actors.Receipt;

/// <summary>For whom a message is by its own header (<c>-t</c>).</summary>
/// <param name="Recipients">Each once.</param>
/// <param name="Header">Without the Bcc fields that were read.</param>
/// <param name="Defect">What cannot be read as an address, and why; null when all can.</param>
internal sealed record HeaderRecipients(ImmutableArray<EnvelopeAddress> Recipients, HeaderBlock Header, string? Defect)
{
    private static readonly string[] Original = ["to", "cc", "bcc"];
    private static readonly string[] Resent = ["resent-to", "resent-cc", "resent-bcc"];

    /// <summary>Reads To, Cc and Bcc; those of a message that is sent on (with any Resent- field) instead, where there are any.</summary>
    /// <param name="domain">For addresses without one.</param>
    public static HeaderRecipients Find(HeaderBlock header, string domain)
    {
        var fields = Resent.Any(name => header.IndexesOf(name).Length > 0) ? Resent : Original;
        var recipients = new List<EnvelopeAddress>();
        foreach (var name in fields)
        {
            foreach (var index in header.IndexesOf(name))
            {
                var body = header[index].Value.Span;
                var list = AddressListParser.Parse(body);
                if (!list.IsWellFormed)
                {
                    var error = list.Errors[0];
                    return new([], header, $"{Encoding.UTF8.GetString(body[error.ElementStart..]).ReplaceLineEndings("").Trim()}: {error.Reason}");
                }

                recipients.AddRange(list.Addresses.Select(address => address.ToEnvelopeAddress()).Select(address =>
                    address.Domain.Length == 0 ? address with { Domain = domain } : address));
            }
        }

        return new([.. recipients.Distinct(AddressComparer.Instance)], header.Without(header.IndexesOf(fields[^1])), null);
    }
}
