using System.Text.Json.Serialization;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Smtp;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Callers;

namespace Pipeline.Actors.Receipt;

/// <summary>Takes messages that programs on this machine hand over without speaking SMTP.</summary>
public interface ILocalReceiptService
{
    ILocalReceipt Open(LocalMessage message);
}

/// <summary>A message of a local program, before its content.</summary>
public sealed record LocalMessage
{
    /// <summary>The sender that was named; null when none was, and it is whoever calls. A local part alone gets <c>qualify_domain</c>.</summary>
    public EnvelopeAddress? Sender { get; init; }

    /// <summary>In the order they were given; those without a domain get <c>qualify_recipient</c>. With <see cref="RecipientsInHeader"/>, those that shall not get the message though the header names them.</summary>
    public ImmutableArray<EnvelopeAddress> Recipients { get; init; } = [];

    /// <summary>The message is for those whom its header names (<c>-t</c>).</summary>
    public bool RecipientsInHeader { get; init; }

    /// <summary>It comes as one of a batch of SMTP commands that nobody answers (<c>-bS</c>).</summary>
    public bool IsBatch { get; init; }

    /// <summary>As whom the program runs; null for as whom the node does. Whoever takes the message has it from the kernel, and from nobody else.</summary>
    [JsonIgnore]
    public CallerCredentials? Caller { get; init; }

    /// <summary>What the program says of where the message comes from; null for nothing.</summary>
    public LocalClaims? Claims { get; init; }

    public LocalDelivery Delivery { get; init; }

    /// <summary>The real name for a From or Sender field that is added; null for the one of the caller's account.</summary>
    public string? RealName { get; init; }
}

/// <summary>What a local program wants of the delivery of its message.</summary>
public enum LocalDelivery
{
    /// <summary>Nothing: the main options say.</summary>
    Unsaid = 0,

    /// <summary><c>-odb</c>, <c>-odf</c>, <c>-odi</c>: at once.</summary>
    AtOnce = 1,

    /// <summary><c>-odq</c>: with the next queue run.</summary>
    Queue = 2,

    /// <summary><c>-odqs</c>: what goes to other hosts with the next queue run.</summary>
    QueueRemote = 3,
}

/// <summary>The reception of one local message. Calls come one at a time: begin, any number of writes, end. Disposing it before the end ends it without a message.</summary>
public interface ILocalReceipt : IAsyncDisposable
{
    /// <summary>Runs <c>acl_not_smtp_start</c>.</summary>
    ValueTask BeginAsync(CancellationToken cancellationToken);

    /// <summary>Octets of the message, header first, with CRLF line ends. They are only valid during the call.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken);

    /// <summary>The message is there. A positive reply means that it is durable.</summary>
    ValueTask<LocalReceiptEnd> EndAsync(CancellationToken cancellationToken);
}

/// <param name="Reply">In the words of SMTP.</param>
/// <param name="RefusedBy">The ACL that said no; null when the message was taken, or refused for another reason.</param>
public sealed record LocalReceiptEnd(SmtpReply Reply, AclPoint? RefusedBy = null);
