using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Spool;

/// <summary>A recipient line of a spool header file.</summary>
/// <param name="Address">Without angle brackets; may hold blanks.</param>
/// <param name="OriginalRecipient">ORCPT as received; the format can hold it only next to a NOTIFY, an errors address or a parent.</param>
/// <param name="ErrorsTo">Address for bounces in place of the sender; empty for none.</param>
/// <param name="Parent">Index of the recipient this one came from (one_time redirection), or -1.</param>
public sealed record SpoolRecipient(
    string Address, DsnNotify Notify = DsnNotify.None, string OriginalRecipient = "", string ErrorsTo = "", int Parent = -1);
