using Pipeline.Mail.Addressing;
using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Addressing;

/// <summary>The addresses of a header field such as To:, or of one item of redirection data, up to the first that cannot be read.</summary>
/// <param name="Addresses">Those that could be read, with one character an octet; null addresses are left out.</param>
/// <param name="Defect">Null when the whole list is well formed.</param>
internal sealed record HeaderAddresses(IReadOnlyList<EnvelopeAddress> Addresses, HeaderAddressDefect? Defect)
{
    /// <summary>Addresses that are looked at, of one list or of a whole header.</summary>
    public const int MaxAddresses = 10_000;

    public static HeaderAddresses Read(ReadOnlySpan<byte> list, MainOptions options)
    {
        var addresses = new List<EnvelopeAddress>();
        var scanner = new AddressListScanner(list, options.ListTolerance);
        while (addresses.Count < MaxAddresses && scanner.Next() is var step and not AddressListStep.End)
        {
            if (step == AddressListStep.Defect)
            {
                return new HeaderAddresses(addresses, HeaderAddressDefect.Of(list, scanner.Error));
            }

            if (!scanner.Mailbox.IsNull)
            {
                addresses.Add(OctetMailbox.Read(list, scanner.Mailbox));
            }
        }

        return new HeaderAddresses(addresses, null);
    }
}
