using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Policy.Addressing;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion.Operators;

/// <summary><c>address</c>, <c>addresses</c>, <c>domain</c>, <c>local_part</c>: parts of addresses as RFC 5322 header fields have them.</summary>
internal static class AddressOperators
{
    private const AddressTolerance Tolerance = AddressTolerance.StrayBrackets | AddressTolerance.NullAddress | AddressTolerance.FinalDot;

    public static OperatorDefinition[] Definitions { get; } =
    [
        OperatorDefinition.Of("address", text => Part(text, static address => address.ToString())),
        OperatorDefinition.Of("domain", text => Part(text, static address => address.Domain)),
        OperatorDefinition.Of("local_part", text => Part(text, static address => address.LocalPart)),
        OperatorDefinition.Of("addresses", Addresses),
    ];

    // What is no address, or the null address, gives nothing.
    private static string Part(string text, Func<EnvelopeAddress, string> select)
    {
        var octets = OctetString.ToBytes(text);
        return AddressListScanner.TryReadMailbox(octets, Tolerance, out var mailbox) ? select(OctetMailbox.Read(octets, mailbox)) : "";
    }

    private static string Addresses(string text)
    {
        var separator = ':';
        var rest = text.AsSpan().TrimStart();
        if (rest.Length > 1 && rest[0] == '>')
        {
            separator = rest[1];
            rest = rest[2..];
        }

        var octets = OctetString.ToBytes(rest.ToString());
        var list = new StringBuilder();
        var first = true;
        var scanner = new AddressListScanner(octets, Tolerance | AddressTolerance.Semicolons);
        while (scanner.Next() is var step and not AddressListStep.End)
        {
            if (step == AddressListStep.Mailbox && !scanner.Mailbox.IsNull)
            {
                ListSyntax.Append(list, OctetMailbox.Read(octets, scanner.Mailbox).ToString(), separator, first);
                first = false;
            }
        }

        return list.ToString();
    }
}
