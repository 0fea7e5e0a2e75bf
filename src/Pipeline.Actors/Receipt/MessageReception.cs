using System.Buffers;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Message;
using Pipeline.Mail.Smtp;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Receipt;

/// <summary>Takes the octets of one message as they come: keeps the header, hashes the body for every signature at once, stores it, and counts.</summary>
/// <param name="headerArrived">Called once, when the header is complete; gives the hashes to make of the body, which the caller disposes.</param>
/// <remarks>Memory is bounded by the header limits and the body writer's own bound, whatever the size of the message.</remarks>
internal sealed class MessageReception(IBodyWriter body, long maxSize, int visibleBytes, Func<HeaderBlock, BodyHashSet?> headerArrived) : IAsyncDisposable
{
    private HeaderScanner _scanner = new();
    private readonly VisibleBody _visible = new(visibleBytes);
    private BodyHashSet? _bodyHashes;
    private bool _inBody;
    private long _size;
    private LineMeter _lines;

    /// <summary>A message with more Received fields than this, ours counted, goes round in circles and is refused (RFC 5321 section 6.3); 0: no limit.</summary>
    public int MaxReceivedFields { get; init; }

    /// <summary>How large its header may be.</summary>
    public HeaderLimits HeaderLimits
    {
        get;
        init
        {
            field = value;
            _scanner = new HeaderScanner(value);
        }
    } = HeaderLimits.Default;

    public HeaderBlock Header => _scanner.Header;

    /// <summary>What the log says of a header that is too large, in Exim's words; null for others.</summary>
    /// <param name="client">Whom it came from.</param>
    public string? HeaderExcess(string client)
    {
        var (what, bound) = _scanner.Problem switch
        {
            HeaderProblem.FieldTooLong => ("overlong message header line", $"{HeaderLimits.MaxFieldBytes} characters"),
            HeaderProblem.BlockTooLong => ("ridiculously long message header", $"{HeaderLimits.MaxBlockBytes} characters"),
            HeaderProblem.TooManyFields => ("message header with too many fields", $"{HeaderLimits.MaxFields} fields"),
            _ => ("", ""),
        };
        return what.Length == 0 ? null : $"{what} received from {client} (more than {bound}): message abandoned";
    }

    public IBodyWriter Body => body;

    public VisibleBody Visible => _visible;

    /// <summary>Octets of the message so far.</summary>
    public long Size => _size;

    /// <summary>Octets of its longest line so far, without the line end.</summary>
    public int LongestLine => _lines.Longest;

    /// <summary>Why the message cannot be accepted any more; further octets are dropped.</summary>
    public SmtpReply? Refusal { get; private set; }

    /// <summary>What the client is not told of a refusal: what went wrong on this machine. Null when nothing did.</summary>
    public string? Problem { get; private set; }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        _size += octets.Length;
        if (Refusal is not null)
        {
            return;
        }

        if (maxSize > 0 && _size > maxSize)
        {
            Refusal = new SmtpReply(552, new EnhancedStatusCode(5, 3, 4), "Message size exceeds maximum permitted");
            return;
        }

        _lines.Append(octets.Span);
        try
        {
            if (!_inBody)
            {
                switch (_scanner.Append(octets.Span, out var consumed))
                {
                    case OperationStatus.NeedMoreData:
                        return;
                    case OperationStatus.InvalidData:
                        RefuseHeader();
                        return;
                }

                await BeginBodyAsync(cancellationToken);
                octets = octets[consumed..];
                if (Refusal is not null)
                {
                    return;
                }
            }

            await WriteBodyAsync(octets, cancellationToken);
        }
        catch (IOException error)
        {
            RefuseForStorage(error);
        }
    }

    /// <summary>The end of the data: afterwards header, body and counts are final.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        if (Refusal is not null)
        {
            return;
        }

        try
        {
            if (!_inBody)
            {
                if (_scanner.Complete() == OperationStatus.InvalidData)
                {
                    RefuseHeader();
                    return;
                }

                await BeginBodyAsync(cancellationToken);
            }

            if (Refusal is null)
            {
                await body.CompleteAsync(cancellationToken);
            }
        }
        catch (IOException error)
        {
            RefuseForStorage(error);
        }
    }

    public ValueTask DisposeAsync() => body.DisposeAsync();

    private void RefuseForStorage(IOException error) =>
        (Refusal, Problem) = (new SmtpReply(452, new EnhancedStatusCode(4, 3, 1), "Insufficient system storage"), error.Message);

    private async ValueTask BeginBodyAsync(CancellationToken cancellationToken)
    {
        _inBody = true;
        if (MaxReceivedFields > 0 && _scanner.Header.IndexesOf("received").Length >= MaxReceivedFields)
        {
            Refusal = new SmtpReply(550, new EnhancedStatusCode(5, 4, 6), "Too many \"Received\" headers - suspected mail loop");
            return;
        }

        _bodyHashes = headerArrived(_scanner.Header);
        await WriteBodyAsync(_scanner.BodyStart, cancellationToken);
    }

    private ValueTask WriteBodyAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        if (octets.IsEmpty)
        {
            return ValueTask.CompletedTask;
        }

        _bodyHashes?.Append(octets.Span);
        _visible.Append(octets.Span);
        return body.WriteAsync(octets, cancellationToken);
    }

    private void RefuseHeader() => Refusal = new SmtpReply(552, new EnhancedStatusCode(5, 3, 4), _scanner.Problem switch
    {
        HeaderProblem.TooManyFields => "Too many header fields",
        HeaderProblem.FieldTooLong => "A message header line is too long",
        _ => "Message header is ridiculously long",
    });
}
