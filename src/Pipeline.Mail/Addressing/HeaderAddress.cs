namespace Pipeline.Mail.Addressing;

/// <summary>An address found in a header field (RFC 5322 section 3.4).</summary>
/// <param name="LocalPart">As written, with its quotes if it was quoted, without comments.</param>
/// <param name="Domain">As written, without comments; a literal keeps its brackets; empty when the address is unqualified.</param>
/// <param name="DisplayName">The phrase before the address, unquoted; else the comment behind it; else empty. Encoded words are left as they are.</param>
/// <param name="Position">Where the address itself begins in the field body, inside angle brackets if there are any.</param>
/// <param name="Length">Its octets there, comments and source route included.</param>
public sealed record HeaderAddress(string LocalPart, string Domain, string DisplayName, int Position, int Length)
{
    /// <summary><c>local@domain</c>, or the bare local part when unqualified.</summary>
    public string AddrSpec => Domain.Length == 0 ? LocalPart : $"{LocalPart}@{Domain}";

    public EnvelopeAddress ToEnvelopeAddress() => new(LocalPart, Domain);
}
