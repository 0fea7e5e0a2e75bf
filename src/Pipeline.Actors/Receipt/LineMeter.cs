namespace Pipeline.Actors.Receipt;

/// <summary>Finds the longest line of a message that comes in pieces ($max_received_linelength): octets without the line end.</summary>
internal struct LineMeter
{
    private int _line;
    private bool _endsInCr;

    public int Longest { get; private set; }

    public void Append(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            var end = octets.IndexOf((byte)'\n');
            var part = end < 0 ? octets : octets[..end];
            if (!part.IsEmpty)
            {
                _line += part.Length;
                _endsInCr = part[^1] == '\r';
            }

            Longest = Math.Max(Longest, _line - (_endsInCr ? 1 : 0));
            if (end < 0)
            {
                return;
            }

            (_line, _endsInCr) = (0, false);
            octets = octets[(end + 1)..];
        }
    }
}
