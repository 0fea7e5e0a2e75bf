using Pipeline.Mail.Message;

namespace Pipeline.Mail.Dkim;

/// <summary>
/// Adds one link to the chain of signatures that a message carries from hop to hop. It is made from the message as it came, asks a shared
/// <see cref="BodyHashSet"/> for the body hashes it needs, and signs when that is complete.
/// </summary>
public interface IChainSigner
{
    /// <param name="header">As it will be sent, the DKIM signatures of this hop on top: a link covers them.</param>
    /// <returns>Fields to put on top of the header, each with its final CRLF.</returns>
    byte[] Sign(HeaderBlock header);
}
