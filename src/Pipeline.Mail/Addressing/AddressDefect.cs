namespace Pipeline.Mail.Addressing;

/// <summary>What can be wrong with an element of an address list (RFC 5322 section 3.4).</summary>
public enum AddressDefect
{
    None,
    CommentNotClosed,
    CommentsTooDeep,
    QuoteNotClosed,
    LocalPartMissing,
    DomainMissing,
    LiteralMalformed,
    RouteMalformed,
    AngleNotClosed,

    /// <summary>Something that is no separator stands behind an address without a domain: <c>John Smith</c>.</summary>
    TextBehindLocalPart,

    /// <summary>Something that is no separator stands behind a bare address: <c>a@b.example c</c>.</summary>
    TextBehindDomain,

    /// <summary>Something that is no separator stands behind an angle bracket that closes: <c>&lt;a@b.example&gt; c</c>.</summary>
    TextBehindAngle,

    /// <summary>A bracket or parenthesis closes what was never opened.</summary>
    StrayBracket,
    GroupWithoutName,
    GroupWithinGroup,
    GroupNotClosed,
    LocalPartNotUtf8,
    LocalPartHasControl,
    DomainNotUtf8,
    DomainHasControl,
    TooManyAddresses,
}
