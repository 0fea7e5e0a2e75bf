using System.Buffers.Binary;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Lookups;

/// <summary><c>cdb</c>: D. J. Bernstein's constant database. Source: https://cr.yp.to/cdb/cdb.txt.</summary>
internal static class ConstantDatabase
{
    private const int HeaderSize = 2048;
    private const uint HashStart = 5381;

    private static readonly LookupFiles<byte[]> Files = new(octets => octets);

    public static LookupType[] Types { get; } = [new("cdb", LookupStyle.SingleKey, FindAsync)];

    private static async ValueTask<LookupResult> FindAsync(LookupQuestion question, CancellationToken cancellationToken)
    {
        var (file, error) = await Files.ReadAsync(question.FileOrQuery, cancellationToken);
        if (file is null)
        {
            return LookupResult.Failed($"failed to open {question.FileOrQuery} for cdb lookup: {error}");
        }

        if (file.Length < HeaderSize)
        {
            return LookupResult.Failed($"{question.FileOrQuery} too short for cdb lookup");
        }

        return TryFind(file, OctetString.ToBytes(question.Key), out var data)
            ? LookupResult.Found(OctetString.FromBytes(data))
            : LookupResult.NotFound;
    }

    /// <summary>Follows the hash tables; every position is checked, since the file may be damaged.</summary>
    internal static bool TryFind(ReadOnlySpan<byte> file, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> data)
    {
        data = default;
        var hash = HashStart;
        foreach (var octet in key)
        {
            hash = ((hash << 5) + hash) ^ octet;
        }

        var pointer = file.Slice((int)(hash & 0xff) * 8, 8);
        long table = BinaryPrimitives.ReadUInt32LittleEndian(pointer);
        long slots = BinaryPrimitives.ReadUInt32LittleEndian(pointer[4..]);
        if (slots == 0 || table + (slots * 8) > file.Length)
        {
            return false;
        }

        for (long tried = 0, slot = (hash >> 8) % slots; tried < slots; tried++, slot = (slot + 1) % slots)
        {
            var entry = file.Slice((int)(table + (slot * 8)), 8);
            long position = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);
            if (position == 0)
            {
                return false;
            }

            if (BinaryPrimitives.ReadUInt32LittleEndian(entry) != hash || position + 8 > file.Length)
            {
                continue;
            }

            long keyLength = BinaryPrimitives.ReadUInt32LittleEndian(file[(int)position..]);
            long dataLength = BinaryPrimitives.ReadUInt32LittleEndian(file[(int)(position + 4)..]);
            if (position + 8 + keyLength + dataLength <= file.Length && file.Slice((int)position + 8, (int)keyLength).SequenceEqual(key))
            {
                data = file.Slice((int)(position + 8 + keyLength), (int)dataLength);
                return true;
            }
        }

        return false;
    }
}
