using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl.Mime;

/// <summary>Reads a stream line by line, one char for each octet, without line ends. A line that is longer than 32 K comes in pieces.</summary>
internal sealed class OctetLines(Stream content)
{
    private const int MaxLine = 32 * 1024;

    private readonly byte[] _buffer = new byte[2 * MaxLine];
    private int _start;
    private int _end;
    private bool _isOver;

    /// <returns>Null at the end.</returns>
    public async ValueTask<string?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var newline = _buffer.AsSpan(_start, Math.Min(_end - _start, MaxLine)).IndexOf((byte)'\n');
            if (newline >= 0 || _end - _start >= MaxLine || (_isOver && _end > _start))
            {
                return Take(newline);
            }

            if (_isOver)
            {
                return null;
            }

            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            var read = await content.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            _end += read;
            _isOver = read == 0;
        }
    }

    private string Take(int newline)
    {
        var length = newline >= 0 ? newline : Math.Min(_end - _start, MaxLine);
        var line = _buffer.AsSpan(_start, length);
        _start += newline >= 0 ? length + 1 : length;
        return OctetString.FromBytes(newline >= 0 && line.EndsWith("\r"u8) ? line[..^1] : line);
    }
}
