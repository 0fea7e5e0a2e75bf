using System.Buffers;
using System.Text;

namespace Pipeline.Mail.Spool;

/// <summary>Writes a spool data file, <c>&lt;id&gt;-D</c>, from a body in wire form, and counts what the header file tells about it.</summary>
/// <remarks>
/// A mutable struct: call <see cref="Start"/>, then <see cref="Append"/> for each chunk, then <see cref="Finish"/>. The output does not depend on
/// where the chunks were cut. In the Unix form CRLF becomes LF and nothing else changes, so a lone LF cannot be told from a line end afterwards.
/// </remarks>
public struct SpoolDataWriter(SpoolBodyForm form)
{
    private bool _pendingCr;
    private int _lineLength;

    /// <summary>Lines of the body, by their LF.</summary>
    public int LineCount { get; private set; }

    public int ZeroCount { get; private set; }

    /// <summary>Longest line without its line end.</summary>
    public int MaxLineLength { get; private set; }

    /// <summary>Writes the line that names the message.</summary>
    public static void Start(string messageId, IBufferWriter<byte> output)
    {
        Encoding.ASCII.GetBytes(messageId, output);
        output.Write("-D\n"u8);
    }

    public void Append(ReadOnlySpan<byte> wire, IBufferWriter<byte> output)
    {
        while (!wire.IsEmpty)
        {
            if (_pendingCr)
            {
                _pendingCr = false;
                if (wire[0] != '\n')
                {
                    Text("\r"u8, output);
                }
                else if (form == SpoolBodyForm.Wire)
                {
                    output.Write("\r"u8);
                }
            }

            var end = wire.IndexOfAny((byte)'\r', (byte)'\n');
            var text = end < 0 ? wire : wire[..end];
            Text(text, output);
            wire = wire[text.Length..];
            if (wire.IsEmpty)
            {
                return;
            }

            if (wire[0] == '\r')
            {
                _pendingCr = true;
            }
            else
            {
                output.Write("\n"u8);
                LineCount++;
                _lineLength = 0;
            }

            wire = wire[1..];
        }
    }

    /// <summary>Writes what the end of the body decides.</summary>
    public void Finish(IBufferWriter<byte> output)
    {
        if (_pendingCr)
        {
            _pendingCr = false;
            Text("\r"u8, output);
        }
    }

    private void Text(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        output.Write(text);
        ZeroCount += text.Count((byte)0);
        _lineLength += text.Length;
        MaxLineLength = Math.Max(MaxLineLength, _lineLength);
    }
}
