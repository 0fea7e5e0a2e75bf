using System.Collections.Immutable;
using System.Text;
using System.Text.Unicode;

namespace Pipeline.Mail.Addressing;

/// <summary>Finds the addresses in the body of From, To, Cc and like fields (RFC 5322 section 3.4 with the obsolete forms of 4.4), with their names.</summary>
/// <remarks>
/// Tolerant: an element that cannot be read is reported and skipped up to the next comma. Beyond the grammar it takes
/// UTF-8 everywhere (RFC 6532), dots in a row in local parts, an at sign or a stray bracket in an
/// unquoted phrase (<c>a@b.example &lt;a@b.example&gt;</c>, which many web mailers write), and empty list elements.
/// The time is linear in the size of the field.
/// </remarks>
public static class AddressListParser
{
    private const AddressTolerance Tolerance = AddressTolerance.LooseDots | AddressTolerance.StrayBrackets;

    /// <param name="fieldBody">What follows the colon; may be folded.</param>
    public static AddressList Parse(ReadOnlySpan<byte> fieldBody, AddressListLimits? limits = null)
    {
        limits ??= AddressListLimits.Default;
        var addresses = ImmutableArray.CreateBuilder<HeaderAddress>();
        var errors = ImmutableArray.CreateBuilder<AddressListError>();
        var scanner = new AddressListScanner(fieldBody, Tolerance, limits.CommentDepth);
        while (errors.Count < limits.Errors && scanner.Next() is var step and not AddressListStep.End)
        {
            if (step == AddressListStep.Defect)
            {
                errors.Add(scanner.Error);
                continue;
            }

            var extent = scanner.Mailbox.Address;
            if (addresses.Count == limits.Addresses)
            {
                errors.Add(new AddressListError(extent.Start, extent.Start, AddressDefect.TooManyAddresses));
                break;
            }

            if (TryCreate(fieldBody, scanner.Mailbox, out var address) is var defect and not AddressDefect.None)
            {
                errors.Add(new AddressListError(extent.Start, extent.Start, defect));
            }
            else
            {
                addresses.Add(address!);
            }
        }

        return new AddressList(addresses.ToImmutable(), errors.ToImmutable());
    }

    private static AddressDefect TryCreate(ReadOnlySpan<byte> text, MailboxExtent mailbox, out HeaderAddress? address)
    {
        address = null;
        if (!Utf8.IsValid(mailbox.LocalPart.Of(text)))
        {
            return AddressDefect.LocalPartNotUtf8;
        }

        if (!Utf8.IsValid(mailbox.Domain.Of(text)))
        {
            return AddressDefect.DomainNotUtf8;
        }

        var localPart = mailbox.ReadLocalPart(text, Encoding.UTF8);
        var domain = mailbox.ReadDomain(text, Encoding.UTF8);
        if (HasControl(localPart))
        {
            return AddressDefect.LocalPartHasControl;
        }

        if (HasControl(domain))
        {
            return AddressDefect.DomainHasControl;
        }

        var name = HeaderPhrase.Phrase(mailbox.Phrase.Of(text));
        name = name.Length > 0 ? name : HeaderPhrase.Comment(mailbox.Comment.Of(text));
        address = new HeaderAddress(localPart, domain, name, mailbox.Address.Start, mailbox.Address.Length);
        return AddressDefect.None;
    }

    private static bool HasControl(string text)
    {
        foreach (var c in text)
        {
            if (char.IsControl(c))
            {
                return true;
            }
        }

        return false;
    }
}
