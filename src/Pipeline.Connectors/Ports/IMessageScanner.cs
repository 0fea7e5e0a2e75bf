using Pipeline.Mail.Message;
using Pipeline.Mail.Scanning;

namespace Pipeline.Connectors.Ports;

/// <summary>Has messages scanned, here or elsewhere.</summary>
/// <remarks>Whatever a scanner or a network does is an outcome with a reason, not an exception; cancelling ends the scan with one too.</remarks>
public interface IMessageScanner
{
    Task<ScanOutcome> ScanAsync(ScanJob job, CancellationToken cancellationToken);
}

/// <summary>One scan of one message.</summary>
public sealed record ScanJob
{
    /// <summary>The id of the message, for logs.</summary>
    public required string Message { get; init; }

    /// <summary>What is looked for.</summary>
    public ScanKind Kind { get; init; }

    /// <summary>Whose profile the scanner is to use; octets. Empty where there are no profiles.</summary>
    public required string User { get; init; }

    /// <summary>In the form of <c>spamd_address</c>, or of <c>av_scanner</c>. A host or a program of it is meant as the node that scans knows it.</summary>
    public required string Servers { get; init; }

    /// <summary>Null when it is not known here.</summary>
    public ScanEnvelope? Envelope { get; init; }

    public required IScannedMessage Content { get; init; }

    /// <summary>How long all of it may take.</summary>
    public required TimeSpan Deadline { get; init; }
}

/// <summary>A message as a scanner is to see it: header and body as they came, with our Received field.</summary>
public interface IScannedMessage
{
    /// <summary>Octets of it.</summary>
    long Size { get; }

    /// <summary>Whether it can be written more than once.</summary>
    bool CanRepeat { get; }

    /// <summary>Writes the whole message.</summary>
    /// <exception cref="IOException">The message cannot be read, or not be written.</exception>
    Task CopyToAsync(Stream destination, CancellationToken cancellationToken);
}

/// <summary>A message that is kept here.</summary>
public sealed class KeptMessage(IMessageContent content) : IScannedMessage
{
    public long Size => content.HeaderBlock.Length + 2 + content.BodySize;

    public bool CanRepeat => true;

    public async Task CopyToAsync(Stream destination, CancellationToken cancellationToken)
    {
        await destination.WriteAsync(content.HeaderBlock, cancellationToken);
        await destination.WriteAsync("\r\n"u8.ToArray(), cancellationToken);
        await using var body = content.OpenBody();
        await body.CopyToAsync(destination, cancellationToken);
    }
}
