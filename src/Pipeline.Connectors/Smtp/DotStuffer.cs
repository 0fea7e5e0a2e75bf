namespace Pipeline.Connectors.Smtp;

/// <summary>Makes message data fit for DATA (RFC 5321 section 4.5.2): doubles a dot at the beginning of a line and ends with the final dot.</summary>
/// <remarks>
/// Works in pieces of any size, with the same result. A CR or LF that stands alone becomes a line end: section 2.3.8 forbids sending it,
/// and peers that take one for a line end could be made to see a final dot where there is none.
/// </remarks>
internal struct DotStuffer
{
    private State _state;

    private enum State : byte
    {
        LineStart = 0,
        InLine = 1,
        AfterCr = 2,
    }

    /// <summary>The longest line so far that is complete, in octets without its end.</summary>
    public int LongestLine { get; private set; }

    private int _lineLength;

    public void Append(ReadOnlySpan<byte> data, PooledBuffer output)
    {
        while (!data.IsEmpty)
        {
            if (_state == State.AfterCr)
            {
                EndLine(output);
                if (data[0] == (byte)'\n')
                {
                    data = data[1..];
                    continue;
                }
            }

            if (_state == State.LineStart && data[0] == (byte)'.')
            {
                output.Append("."u8);
            }

            data = data[CopyLines(data, output)..];
        }
    }

    /// <summary>Ends the message: completes the last line and appends the final dot. An empty message is the dot alone.</summary>
    public void Finish(PooledBuffer output)
    {
        if (_state != State.LineStart)
        {
            EndLine(output);
        }

        output.Append(".\r\n"u8);
    }

    /// <summary>Copies as many whole lines as need no change, and the beginning of the next, in one piece.</summary>
    /// <returns>Octets taken.</returns>
    private int CopyLines(ReadOnlySpan<byte> data, PooledBuffer output)
    {
        var position = 0;
        while (true)
        {
            var end = data[position..].IndexOfAny((byte)'\r', (byte)'\n');
            if (end < 0)
            {
                _lineLength += data.Length - position;
                _state = data.Length > position ? State.InLine : _state;
                output.Append(data);
                return data.Length;
            }

            _lineLength += end;
            position += end;
            if (data[position] != (byte)'\r' || position + 1 == data.Length || data[position + 1] != (byte)'\n')
            {
                // A line end that stands alone, or whose second half comes later: the next round decides.
                output.Append(data[..position]);
                _state = State.AfterCr;
                return data[position] == (byte)'\r' ? position + 1 : position;
            }

            position += 2;
            LongestLine = Math.Max(LongestLine, _lineLength);
            _lineLength = 0;
            _state = State.LineStart;
            if (position < data.Length && data[position] == (byte)'.')
            {
                output.Append(data[..position]);
                return position;
            }
        }
    }

    private void EndLine(PooledBuffer output)
    {
        LongestLine = Math.Max(LongestLine, _lineLength);
        _lineLength = 0;
        _state = State.LineStart;
        output.Append("\r\n"u8);
    }
}
