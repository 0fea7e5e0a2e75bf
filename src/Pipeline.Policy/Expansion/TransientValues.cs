namespace Pipeline.Policy.Expansion;

/// <summary>The values that expansion items and conditions set around their substrings, and restore behind them.</summary>
public sealed class TransientValues
{
    /// <summary>$value.</summary>
    public ExpandedText Value { get; set; }

    /// <summary>$item.</summary>
    public ExpandedText Item { get; set; }

    /// <summary>$0, $1 …</summary>
    public NumericValues Numeric { get; set; } = NumericValues.None;

    /// <summary>$acl_arg1 ….</summary>
    public ExpandedText[] AclArguments { get; set; } = [];

    /// <summary>$runrc.</summary>
    public int RunReturnCode { get; set; }

    /// <summary>How many named lists are being matched inside each other.</summary>
    internal int ListDepth { get; set; }

    /// <summary>How many expansions are in progress inside each other.</summary>
    internal int Depth { get; set; }

    /// <summary>How many ACLs are running inside each other.</summary>
    internal int AclDepth { get; set; }

    /// <summary>The moment for which an ACL is running, for ACLs that its expansions call.</summary>
    internal Acl.AclPoint AclPoint { get; set; } = Acl.AclPoint.Delivery;
}
