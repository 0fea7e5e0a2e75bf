using System.Text;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion.Operators;

/// <summary><c>address</c>, <c>addresses</c>, <c>domain</c>, <c>local_part</c>: parts of addresses as RFC 5322 header fields have them.</summary>
internal static class AddressOperators
{
    public static OperatorDefinition[] Definitions { get; } =
    [
        OperatorDefinition.Of("address", text => MailboxText.TryParse(text, out var address) ? address.Whole : ""),
        OperatorDefinition.Of("domain", text => MailboxText.TryParse(text, out var address) ? address.Domain : ""),
        OperatorDefinition.Of("local_part", text => MailboxText.TryParse(text, out var address) ? address.LocalPart : ""),
        OperatorDefinition.Of("addresses", Addresses),
    ];

    private static string Addresses(string text)
    {
        var separator = ':';
        var rest = text.AsSpan().TrimStart();
        if (rest.Length > 1 && rest[0] == '>')
        {
            separator = rest[1];
            rest = rest[2..];
        }

        var list = new StringBuilder();
        var first = true;
        foreach (var mailbox in MailboxText.Split(rest.ToString()))
        {
            if (MailboxText.TryParse(mailbox, out var address) && address.Whole.Length > 0)
            {
                ListSyntax.Append(list, address.Whole, separator, first);
                first = false;
            }
        }

        return list.ToString();
    }
}
