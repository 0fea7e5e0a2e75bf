using System.Buffers;

namespace Pipeline.Connectors.Files;

/// <summary>Turns a message in wire form into lines as a mailbox stores them: LF or CRLF, with an escape before lines that would be taken for another message.</summary>
/// <remarks>A mutable struct: <see cref="Append"/> for each chunk, then <see cref="Finish"/>. The output does not depend on where the chunks were cut.</remarks>
internal struct MailboxLineWriter(ReadOnlyMemory<byte> check, ReadOnlyMemory<byte> escape, bool crlf)
{
    // Octets of the check string that the current line has matched so far and that are held back; -1 past the start of a line.
    private int _matched;
    private bool _pendingCr;

    public void Append(ReadOnlySpan<byte> wire, IBufferWriter<byte> output)
    {
        while (!wire.IsEmpty)
        {
            if (_pendingCr)
            {
                _pendingCr = false;
                if (wire[0] == '\n')
                {
                    EndLine(output);
                    wire = wire[1..];
                    continue;
                }

                Text("\r"u8, output);
            }

            var end = wire.IndexOfAny((byte)'\r', (byte)'\n');
            var text = end < 0 ? wire : wire[..end];
            Text(text, output);
            wire = wire[text.Length..];
            if (!wire.IsEmpty)
            {
                _pendingCr = wire[0] == '\r';
                if (!_pendingCr)
                {
                    EndLine(output);
                }

                wire = wire[1..];
            }
        }
    }

    /// <summary>Ends the last line if the message does not end in one.</summary>
    public void Finish(IBufferWriter<byte> output)
    {
        if (_pendingCr)
        {
            _pendingCr = false;
            Text("\r"u8, output);
        }

        if (_matched != 0)
        {
            EndLine(output);
        }
    }

    private void Text(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        while (!text.IsEmpty && _matched >= 0)
        {
            if (_matched < check.Length && text[0] == check.Span[_matched])
            {
                _matched++;
                text = text[1..];
                if (_matched == check.Length)
                {
                    output.Write(escape.Span);
                    _matched = -1;
                }
            }
            else
            {
                output.Write(check.Span[.._matched]);
                _matched = -1;
            }
        }

        output.Write(text);
    }

    private void EndLine(IBufferWriter<byte> output)
    {
        if (_matched > 0)
        {
            output.Write(check.Span[.._matched]);
        }

        output.Write(crlf ? "\r\n"u8 : "\n"u8);
        _matched = 0;
    }
}
