using System.Buffers;
using Pipeline.Mail.Spool;

namespace Pipeline.Connectors.Scanners;

/// <summary>The form in which dccifd takes a message: lines ended by LF, as in Exim's spool.</summary>
internal sealed class UnixLines(Stream below) : WriteOnlyStream(below)
{
    private readonly ArrayBufferWriter<byte> _lines = new();
    private SpoolDataWriter _writer = new(SpoolBodyForm.Unix);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _lines.ResetWrittenCount();
        _writer.Append(buffer.Span, _lines);
        return Below.WriteAsync(_lines.WrittenMemory, cancellationToken);
    }

    public override ValueTask EndAsync(CancellationToken cancellationToken)
    {
        _lines.ResetWrittenCount();
        _writer.Finish(_lines);
        return Below.WriteAsync(_lines.WrittenMemory, cancellationToken);
    }
}
