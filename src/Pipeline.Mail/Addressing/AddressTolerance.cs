namespace Pipeline.Mail.Addressing;

/// <summary>What a reader of addresses takes beyond the grammar of RFC 5322, obsolete forms included.</summary>
[Flags]
public enum AddressTolerance
{
    None = 0,

    /// <summary>Dots in a row, at the begin or at the end of a local part: docomo.ne.jp and au gave out such addresses.</summary>
    LooseDots = 1 << 0,

    /// <summary>Brackets in an unquoted phrase that open or close nothing: <c>[ x &lt;a@b.example&gt;</c>.</summary>
    StrayBrackets = 1 << 1,

    /// <summary>The null address, <c>&lt;&gt;</c>.</summary>
    NullAddress = 1 << 2,

    /// <summary>One final dot of a domain, which is dropped.</summary>
    FinalDot = 1 << 3,

    /// <summary>More pairs of angle brackets than one: <c>&lt;&lt;a@b.example&gt;&gt;</c>.</summary>
    ExcessBrackets = 1 << 4,
}
