using System.Text;

namespace Pipeline.Mail.Addressing;

/// <summary>Where the parts of one mailbox lie in the text it was read from; nothing is copied until a part is asked for.</summary>
public readonly struct MailboxExtent
{
    /// <summary>The mailbox with its phrase and the comments around it, without the blanks at either end.</summary>
    public Extent Element { get; internal init; }

    /// <summary>Octets of the address itself, inside angle brackets if there are any; comments and source route included.</summary>
    public Extent Address { get; internal init; }

    /// <summary>With its quotes and the comments between its words; empty only for the null address.</summary>
    public Extent LocalPart { get; internal init; }

    /// <summary>With the comments between its labels; a literal with its brackets; empty when the address is unqualified.</summary>
    public Extent Domain { get; internal init; }

    /// <summary>Whether this is the null address, which only <see cref="AddressTolerance.NullAddress"/> lets through.</summary>
    public bool IsNull => LocalPart.IsEmpty;

    /// <summary>What stands before the angle bracket.</summary>
    internal Extent Phrase { get; init; }

    /// <summary>The inside of the last comment behind the address: an old way to give a name (RFC 5322 section 3.4, last paragraph).</summary>
    internal Extent Comment { get; init; }

    /// <summary>The local part as written, with its quotes, without comments.</summary>
    /// <param name="text">What the mailbox was read from.</param>
    /// <param name="encoding">UTF-8, or Latin-1 for one character an octet.</param>
    public string ReadLocalPart(ReadOnlySpan<byte> text, Encoding encoding) => HeaderPhrase.WithoutComments(LocalPart.Of(text), encoding);

    /// <summary>The domain as written, without comments.</summary>
    public string ReadDomain(ReadOnlySpan<byte> text, Encoding encoding) => HeaderPhrase.WithoutComments(Domain.Of(text), encoding);
}
