using Pipeline.Mail.Addressing;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Addressing;

/// <summary>Why an address list cannot be read, in Exim's words.</summary>
/// <param name="Text">The text at fault: from the element that cannot be read to the end of the list.</param>
internal sealed record HeaderAddressDefect(string Reason, string Text)
{
    public static HeaderAddressDefect Of(ReadOnlySpan<byte> list, AddressListError error) =>
        new(Describe(list, error), OctetString.FromBytes(list[error.ElementStart..]).Trim());

    private static string Describe(ReadOnlySpan<byte> list, AddressListError error) => error.Defect switch
    {
        AddressDefect.CommentNotClosed or AddressDefect.CommentsTooDeep => "unbalanced comment",
        AddressDefect.QuoteNotClosed => "missing closing quote",
        AddressDefect.DomainMissing => "domain missing or malformed",
        AddressDefect.LiteralMalformed => "missing ] in domain literal",
        AddressDefect.RouteMalformed => "malformed source route",
        AddressDefect.AngleNotClosed => "'>' missing at end of address",
        AddressDefect.TextBehindLocalPart => "malformed address: blanks or special characters in the local part",
        AddressDefect.TextBehindDomain => "malformed address: blanks or special characters in the domain",
        AddressDefect.TextBehindAngle or AddressDefect.StrayBracket or AddressDefect.GroupWithinGroup =>
            $"malformed address: {Piece(list[error.Position..])} may not follow {Piece(list[error.ElementStart..error.Position])}",
        AddressDefect.GroupNotClosed => "unterminated group",
        _ => "missing or malformed local part",
    };

    private static string Piece(ReadOnlySpan<byte> text) => OctetString.FromBytes(text).Trim();
}
