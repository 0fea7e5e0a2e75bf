namespace Pipeline.Actors.Receipt;

/// <summary>What the policy can see of a body without reading it again: its start, its end, and counts.</summary>
internal sealed class VisibleBody(int limit)
{
    private readonly byte[] _start = new byte[limit];
    private readonly byte[] _end = new byte[limit];
    private int _startLength;
    private int _endLength;

    public ReadOnlyMemory<byte> Start => _start.AsMemory(0, _startLength);

    public ReadOnlyMemory<byte> End => _end.AsMemory(0, _endLength);

    public long Size { get; private set; }

    public int Lines { get; private set; }

    public int Zeros { get; private set; }

    public void Append(ReadOnlySpan<byte> octets)
    {
        Size += octets.Length;
        Lines += octets.Count((byte)'\n');
        Zeros += octets.Count((byte)0);
        var room = Math.Min(limit - _startLength, octets.Length);
        octets[..room].CopyTo(_start.AsSpan(_startLength));
        _startLength += room;
        KeepEnd(octets);
    }

    private void KeepEnd(ReadOnlySpan<byte> octets)
    {
        if (octets.Length >= limit)
        {
            octets[^limit..].CopyTo(_end);
            _endLength = limit;
            return;
        }

        var excess = Math.Max(0, _endLength + octets.Length - limit);
        _end.AsSpan(excess, _endLength - excess).CopyTo(_end);
        _endLength -= excess;
        octets.CopyTo(_end.AsSpan(_endLength));
        _endLength += octets.Length;
    }
}
