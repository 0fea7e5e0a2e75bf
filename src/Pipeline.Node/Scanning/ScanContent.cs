using System.Net;
using System.Net.Http.Headers;
using Pipeline.Connectors.Ports;
using Pipeline.Messages.Scanning;

namespace Pipeline.Node.Scanning;

/// <summary>The body of a request for a scan: the question and behind it the message, which is never in memory as a whole.</summary>
internal sealed class ScanContent : HttpContent
{
    private readonly byte[] _question;
    private readonly IScannedMessage _message;

    public ScanContent(ScanQuestion question, IScannedMessage message)
    {
        (_question, _message) = (ScanJson.Write(question), message);
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
    }

    /// <summary>Whether the scanner node would read the question at all.</summary>
    public bool Fits => _question.Length <= ScanQuestion.MaxLineBytes;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_question, cancellationToken);
        await _message.CopyToAsync(stream, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _question.Length + _message.Size;
        return true;
    }
}
