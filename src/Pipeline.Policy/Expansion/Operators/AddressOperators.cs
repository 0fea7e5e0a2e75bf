using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Policy.Addressing;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion.Operators;

/// <summary><c>address</c>, <c>addresses</c>, <c>domain</c>, <c>local_part</c>: parts of addresses as RFC 5322 header fields have them.</summary>
internal static class AddressOperators
{
    private const AddressTolerance Tolerance = AddressTolerance.StrayBrackets | AddressTolerance.NullAddress | AddressTolerance.LooseDots;

    public static OperatorDefinition[] Definitions { get; } =
    [
        OperatorDefinition.Of("address", text => Part(text, static address => address.ToString())),
        OperatorDefinition.Of("domain", text => Part(text, static address => address.Domain)),
        OperatorDefinition.Of("local_part", text => Part(text, static address => address.LocalPart)),
        OperatorDefinition.Of("addresses", AddressesOf),
    ];

    // What is no address, or the null address, gives nothing. A route may stand without the angle brackets that it should have.
    private static string Part(string text, Func<EnvelopeAddress, string> select)
    {
        var octets = OctetString.ToBytes(text.StartsWith('@') ? $"<{text}>" : text);
        return AddressListScanner.TryReadMailbox(octets, Tolerance, out var mailbox) && OctetMailbox.Read(octets, mailbox) is var address && HasDomainName(address)
            ? select(address)
            : "";
    }

    /// <summary>The domain is a literal, or has letters, digits, hyphens and dots only, no hyphen in front.</summary>
    private static bool HasDomainName(EnvelopeAddress address) => address.Domain.StartsWith('[')
        || (!address.Domain.StartsWith('-') && address.Domain.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.'));

    private static ExpansionResult AddressesOf(OperatorCall call)
    {
        var text = call.Subject;
        var separator = ':';
        var rest = text.AsSpan().TrimStart();
        if (rest.StartsWith(">"))
        {
            if (rest.Length == 1)
            {
                return ExpansionResult.Failed($"output separator missing in expanding ${{addresses:{text}}}");
            }

            separator = rest[1];
            rest = rest[2..];
        }

        var octets = OctetString.ToBytes(rest.ToString());
        var list = new StringBuilder();
        var first = true;
        var scanner = new AddressListScanner(octets, Tolerance);
        while (scanner.Next() is var step and not AddressListStep.End)
        {
            if (step == AddressListStep.Mailbox && !scanner.Mailbox.IsNull && OctetMailbox.Read(octets, scanner.Mailbox) is var address && HasDomainName(address))
            {
                ListSyntax.Append(list, address.ToString(), separator, first);
                first = false;
            }
        }

        return ExpansionResult.Success(list.ToString());
    }
}
