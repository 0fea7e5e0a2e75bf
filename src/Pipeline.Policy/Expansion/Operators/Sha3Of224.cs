using System.Buffers.Binary;
using System.Numerics;

namespace Pipeline.Policy.Expansion.Operators;

/// <summary>SHA3-224 (FIPS 202): the one length of the family that the library has not.</summary>
internal static class Sha3Of224
{
    private const int HashSize = 28;

    /// <summary>Octets that go into the state at a time: 1600 bits less twice the length of the hash.</summary>
    private const int Rate = 200 - (2 * HashSize);

    private const int Rounds = 24;

    public static byte[] HashData(ReadOnlySpan<byte> data)
    {
        Span<ulong> state = stackalloc ulong[25];
        Span<byte> block = stackalloc byte[Rate];
        while (data.Length >= Rate)
        {
            Absorb(state, data[..Rate]);
            data = data[Rate..];
        }

        block.Clear();
        data.CopyTo(block);
        block[data.Length] ^= 0x06;
        block[^1] ^= 0x80;
        Absorb(state, block);
        Span<byte> squeezed = stackalloc byte[32];
        for (var i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(squeezed[(8 * i)..], state[i]);
        }

        return squeezed[..HashSize].ToArray();
    }

    private static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        for (var i = 0; i < Rate / 8; i++)
        {
            state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
        }

        // The constants of the rounds come from a shift register of 8 bits (section 3.2.5).
        byte register = 1;
        for (var round = 0; round < Rounds; round++)
        {
            Mix(state);
            for (var j = 0; j < 7; j++)
            {
                if ((register & 1) != 0)
                {
                    state[0] ^= 1UL << ((1 << j) - 1);
                }

                register = (byte)((register << 1) ^ ((register & 0x80) != 0 ? 0x71 : 0));
            }
        }
    }

    /// <summary>The steps theta, rho, pi and chi (sections 3.2.1 to 3.2.4); the lane (x, y) is at x + 5y.</summary>
    private static void Mix(Span<ulong> state)
    {
        Span<ulong> parity = stackalloc ulong[5];
        for (var x = 0; x < 5; x++)
        {
            parity[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20];
        }

        for (var i = 0; i < 25; i++)
        {
            state[i] ^= parity[((i % 5) + 4) % 5] ^ BitOperations.RotateLeft(parity[((i % 5) + 1) % 5], 1);
        }

        var (lane, px, py) = (state[1], 1, 0);
        for (var t = 0; t < 24; t++)
        {
            (px, py) = (py, ((2 * px) + (3 * py)) % 5);
            var place = px + (5 * py);
            (lane, state[place]) = (state[place], BitOperations.RotateLeft(lane, (t + 1) * (t + 2) / 2 % 64));
        }

        Span<ulong> row = stackalloc ulong[5];
        for (var y = 0; y < 25; y += 5)
        {
            state.Slice(y, 5).CopyTo(row);
            for (var x = 0; x < 5; x++)
            {
                state[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
            }
        }
    }
}
