namespace Pipeline.Fuzz;

/// <summary>Makes inputs: now and then pure chance, else a seed that has been changed in a few places. The same seed number gives the same inputs.</summary>
internal sealed class Mutator(byte[][] seeds, int seed)
{
    private const int MaxLength = 64 * 1024;

    // What grammars hinge on, and what decoders trip over.
    private static readonly byte[][] Tokens =
    [
        .. new[] { "\r\n", "\n", "\r", "\r\n.\r\n", "\"", "\\", "(", ")", "<", ">", "@", ",", ";", ":", "[", "]", "=", "+", " ", "\t", "\r\n ", "0", "-1", "2147483648", "%n", "--" }
            .Select(System.Text.Encoding.ASCII.GetBytes),
        [0], [0x7F], [0x80], [0xFF], [0xC3, 0xA9], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x98, 0x80], [0xE2, 0x80, 0xAE],
    ];

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        if (_random.Next(16) == 0)
        {
            var noise = new byte[_random.Next(256)];
            _random.NextBytes(noise);
            return noise;
        }

        var input = new List<byte>(seeds[_random.Next(seeds.Length)]);
        for (var changes = _random.Next(1, 9); changes > 0; changes--)
        {
            Change(input);
        }

        return [.. input.Take(MaxLength)];
    }

    private void Change(List<byte> input)
    {
        var at = _random.Next(input.Count + 1);
        var length = Math.Min(_random.Next(1, 17), input.Count - at);
        switch (_random.Next(7))
        {
            case 0 when at < input.Count:
                input[at] = (byte)_random.Next(256);
                break;
            case 1 when at < input.Count:
                input[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 2:
                input.RemoveRange(at, length);
                break;
            case 3:
                input.InsertRange(at, input.GetRange(at, length));
                break;
            case 4:
                var other = seeds[_random.Next(seeds.Length)];
                var from = _random.Next(other.Length + 1);
                input.InsertRange(at, other.Skip(from).Take(_random.Next(64)));
                break;
            case 5 when _random.Next(50) == 0:
                // Long runs of one thing show what is not linear.
                var token = Tokens[_random.Next(Tokens.Length)];
                input.InsertRange(at, Enumerable.Repeat(token, _random.Next(1, 8192)).SelectMany(octets => octets));
                break;
            default:
                input.InsertRange(at, Tokens[_random.Next(Tokens.Length)]);
                break;
        }
    }
}
