namespace Pipeline.Mail.Addressing;

/// <summary>A mailbox of an envelope (RFC 5321 section 4.1.2), or the null reverse-path.</summary>
/// <param name="LocalPart">As written by the peer, with its quotes if it was quoted; Unicode text when SMTPUTF8 allowed it.</param>
/// <param name="Domain">As written; an address literal keeps its brackets; empty for an unqualified address and for the null path.</param>
public sealed record EnvelopeAddress(string LocalPart, string Domain)
{
    /// <summary>The null reverse-path, written <c>&lt;&gt;</c>.</summary>
    public static EnvelopeAddress Null { get; } = new("", "");

    public bool IsNull => LocalPart.Length == 0 && Domain.Length == 0;

    /// <summary><c>local@domain</c>, the bare local part when unqualified, or nothing for the null path.</summary>
    public override string ToString() => Domain.Length == 0 ? LocalPart : $"{LocalPart}@{Domain}";
}
