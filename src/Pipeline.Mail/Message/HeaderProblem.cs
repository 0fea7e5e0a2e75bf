namespace Pipeline.Mail.Message;

/// <summary>Why a header block was refused.</summary>
public enum HeaderProblem
{
    None = 0,

    /// <summary>More than <see cref="HeaderLimits.MaxBlockBytes"/> octets.</summary>
    BlockTooLong = 1,

    /// <summary>More than <see cref="HeaderLimits.MaxFields"/> fields.</summary>
    TooManyFields = 2,

    /// <summary>A field of more than <see cref="HeaderLimits.MaxFieldBytes"/> octets.</summary>
    FieldTooLong = 3,
}
