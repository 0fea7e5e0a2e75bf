using System.Security.Cryptography;

namespace Pipeline.Mail.Dkim.Crypto;

/// <summary>Parsed keys by the SHA-256 of their octets: parsing an RSA key costs eight times as much as verifying with it.</summary>
/// <remarks>
/// Safe for concurrent use. Bounded: the key that was not used for longest is dropped. Holds nothing about names or lifetimes, so an entry never
/// grows stale.
/// </remarks>
public sealed class DkimKeyCache(int capacity = 10_000)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(DkimKeyType Type, UInt128 High, UInt128 Low), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = [];

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <returns>Null, and why, when the octets are no key of this type.</returns>
    public DkimPublicKey? Get(DkimKeyType type, ReadOnlySpan<byte> data, out string problem)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(data, hash);
        var id = (type,
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash),
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
        lock (_lock)
        {
            if (_entries.TryGetValue(id, out var known))
            {
                _byUse.Remove(known);
                _byUse.AddFirst(known);
                problem = "";
                return known.Value.Key;
            }
        }

        // Parsed outside the lock: two threads may do it at once, and either result will do.
        if (DkimPublicKey.Import(type, data, out problem) is not { } key)
        {
            return null;
        }

        lock (_lock)
        {
            if (!_entries.ContainsKey(id))
            {
                _entries.Add(id, _byUse.AddFirst(new Entry(id, key)));
                if (_entries.Count > capacity && _byUse.Last is { } oldest)
                {
                    _entries.Remove(oldest.Value.Id);
                    _byUse.RemoveLast();
                }
            }
        }

        return key;
    }

    private sealed record Entry((DkimKeyType Type, UInt128 High, UInt128 Low) Id, DkimPublicKey Key);
}
