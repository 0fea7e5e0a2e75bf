namespace Pipeline.Mail.Spool;

/// <summary>Bounds of a spool header file. Those the format itself names are Exim's.</summary>
/// <param name="LineBytes">Octets of a line before the header fields.</param>
/// <param name="Recipients">Entries of the recipient list.</param>
/// <param name="TreeNodes">Entries of the tree of non-recipients.</param>
/// <param name="Variables">ACL variables of each kind.</param>
/// <param name="VariableBytes">Octets of the value of an ACL variable.</param>
/// <param name="Headers">Header fields, old ones included.</param>
/// <param name="HeaderBytes">Octets of one header field.</param>
public sealed record SpoolLimits(
    int LineBytes = 65_536,
    int Recipients = 16_384,
    int TreeNodes = 65_536,
    int Variables = 1_000,
    int VariableBytes = 1 << 20,
    int Headers = 20_000,
    int HeaderBytes = 1 << 20)
{
    public static SpoolLimits Default { get; } = new();
}
