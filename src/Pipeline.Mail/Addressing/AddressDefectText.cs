using System.Diagnostics;

namespace Pipeline.Mail.Addressing;

/// <summary>Defects in words, for logs.</summary>
internal static class AddressDefectText
{
    public static string Of(AddressDefect defect) => defect switch
    {
        AddressDefect.CommentNotClosed => "comment is not closed",
        AddressDefect.CommentsTooDeep => "comments are nested too deep",
        AddressDefect.QuoteNotClosed => "closing quote is missing",
        AddressDefect.LocalPartMissing => "local part is missing or malformed",
        AddressDefect.DomainMissing => "domain is missing or malformed",
        AddressDefect.LiteralMalformed => "domain literal is malformed",
        AddressDefect.RouteMalformed => "source route is malformed",
        AddressDefect.AngleNotClosed => "closing angle bracket is missing",
        AddressDefect.TextBehindLocalPart or AddressDefect.TextBehindDomain or AddressDefect.TextBehindAngle => "address is followed by something else",
        AddressDefect.StrayBracket => "closing bracket without its opening one",
        AddressDefect.GroupWithoutName => "group has no name",
        AddressDefect.GroupWithinGroup => "group within a group",
        AddressDefect.GroupNotClosed => "group is not closed by a semicolon",
        AddressDefect.LocalPartNotUtf8 => "local part is not valid UTF-8",
        AddressDefect.LocalPartHasControl => "local part holds a control character",
        AddressDefect.DomainNotUtf8 => "domain is not valid UTF-8",
        AddressDefect.DomainHasControl => "domain holds a control character",
        AddressDefect.TooManyAddresses => "list has too many addresses",
        _ => throw new UnreachableException($"no text for {defect}"),
    };
}
