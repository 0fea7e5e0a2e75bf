using Pipeline.Policy.Callers;

namespace Pipeline.Actors.Receipt;

/// <summary>Keeps back the first line of a message while it may be one of those that mailboxes have before the header.</summary>
internal sealed class FirstLineBuffer
{
    private readonly List<byte> _octets = [];
    private bool _isWhole;

    /// <summary>What was kept back.</summary>
    public byte[] Octets => [.. _octets];

    /// <summary>The line without its CRLF; null when it does not begin like one, or has no end.</summary>
    public byte[]? Line => _isWhole ? [.. _octets[..^2]] : null;

    /// <param name="consumed">Octets that were kept back.</param>
    /// <returns>Whether it is decided: the line is whole, or no line of that kind.</returns>
    public bool Append(ReadOnlySpan<byte> octets, out int consumed)
    {
        for (consumed = 0; consumed < octets.Length;)
        {
            var octet = octets[consumed++];
            _octets.Add(octet);
            if (_octets.Count <= FromLine.Start.Length && octet != FromLine.Start[_octets.Count - 1])
            {
                return true;
            }

            if (octet == '\n' && _octets[^2] == '\r')
            {
                _isWhole = true;
                return true;
            }

            if (_octets.Count > FromLine.MaxLength)
            {
                return true;
            }
        }

        return false;
    }
}
