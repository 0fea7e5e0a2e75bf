using System.Buffers;

namespace Pipeline.Mail.Dkim;

/// <summary>Canonicalises a body as it streams by (RFC 6376 sections 3.4.3 and 3.4.4). The output does not depend on how the body was cut.</summary>
/// <remarks>
/// What may yet turn out to be the end of the body or of a line is held back as counters, not as octets: a CR that may belong to a CRLF, line ends,
/// and for relaxed one blank. A CR or LF on its own is an ordinary octet, neither line end nor white space.
/// </remarks>
internal struct BodyCanonicalizer(CanonicalForm form)
{
    private bool _carriageReturn;
    private bool _blank;
    private bool _hasContent;
    private long _lineEnds;

    public void Append(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        if (body.IsEmpty)
        {
            return;
        }

        if (_carriageReturn)
        {
            _carriageReturn = false;
            if (body[0] == (byte)'\n')
            {
                EndLine();
                body = body[1..];
            }
            else
            {
                WriteContent("\r"u8, output);
            }
        }

        if (form == CanonicalForm.Simple)
        {
            AppendSimple(body, output);
        }
        else
        {
            AppendRelaxed(body, output);
        }
    }

    /// <summary>Says that the body is complete. An empty body is one CRLF in simple form and nothing in relaxed form.</summary>
    public void Finish(IBufferWriter<byte> output)
    {
        if (_carriageReturn)
        {
            _carriageReturn = false;
            WriteContent("\r"u8, output);
        }

        if (_hasContent || form == CanonicalForm.Simple)
        {
            output.Write("\r\n"u8);
        }
    }

    /// <summary>Only line ends at the end of the body change, so all before the last of them passes through at once.</summary>
    private void AppendSimple(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        TakeFinalCarriageReturn(ref body);
        var lineEnds = 0;
        while (body.EndsWith("\r\n"u8))
        {
            body = body[..^2];
            lineEnds++;
        }

        WriteContent(body, output);
        _lineEnds += lineEnds;
    }

    private void AppendRelaxed(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        TakeFinalCarriageReturn(ref body);
        while (!body.IsEmpty)
        {
            var end = body.IndexOf("\r\n"u8);
            AppendRelaxedLine(end < 0 ? body : body[..end], output);
            if (end < 0)
            {
                return;
            }

            EndLine();
            body = body[(end + 2)..];
        }
    }

    private void AppendRelaxedLine(ReadOnlySpan<byte> line, IBufferWriter<byte> output)
    {
        // Most lines have no tab and no two blanks together: they are copied whole.
        if (!line.Contains((byte)'\t') && line.IndexOf("  "u8) < 0)
        {
            if (_blank && line is [(byte)' ', ..])
            {
                line = line[1..];
            }

            var endsInBlank = line is [.., (byte)' '];
            WriteContent(endsInBlank ? line[..^1] : line, output);
            _blank |= endsInBlank;
            return;
        }

        while (!line.IsEmpty)
        {
            var word = line.IndexOfAny((byte)' ', (byte)'\t');
            WriteContent(word < 0 ? line : line[..word], output);
            if (word < 0)
            {
                return;
            }

            _blank = true;
            var next = line[word..].IndexOfAnyExcept((byte)' ', (byte)'\t');
            line = next < 0 ? [] : line[(word + next)..];
        }
    }

    private void TakeFinalCarriageReturn(ref ReadOnlySpan<byte> body)
    {
        if (body is [.. var rest, (byte)'\r'])
        {
            _carriageReturn = true;
            body = rest;
        }
    }

    private void EndLine()
    {
        _blank = false;
        _lineEnds++;
    }

    /// <summary>Writes what was held back, then octets that are neither line ends nor, in relaxed form, white space at an end of a line.</summary>
    private void WriteContent(ReadOnlySpan<byte> content, IBufferWriter<byte> output)
    {
        if (content.IsEmpty)
        {
            return;
        }

        for (; _lineEnds > 0; _lineEnds--)
        {
            output.Write("\r\n"u8);
        }

        if (_blank)
        {
            output.Write(" "u8);
            _blank = false;
        }

        output.Write(content);
        _hasContent = true;
    }
}
