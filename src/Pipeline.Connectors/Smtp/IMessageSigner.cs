using Pipeline.Connectors.Ports;
using Pipeline.Mail.Message;

namespace Pipeline.Connectors.Smtp;

/// <summary>Signs a message as the last step before it is sent: DKIM signatures and ARC seals.</summary>
public interface IMessageSigner
{
    /// <param name="headerBlock">As it will be sent, all edits done: every field ended by CRLF, without the empty line.</param>
    /// <param name="content">For the body; its own header block is the stored one and is not to be signed.</param>
    /// <param name="settings">What to sign with; nothing is asked when it names no signature and no seal.</param>
    ValueTask<MessageSigning> SignAsync(
        ReadOnlyMemory<byte> headerBlock, IMessageContent content, SmtpTransportSettings settings, CancellationToken cancellationToken);
}

/// <summary>What signing gave.</summary>
/// <param name="Fields">To put before the header block, each ended by CRLF; may be empty.</param>
/// <param name="Failure">Not null: delivery is to be deferred, for this reason of the operator's (dkim_strict).</param>
public readonly record struct MessageSigning(ReadOnlyMemory<byte> Fields, string? Failure = null);
