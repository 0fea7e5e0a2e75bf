using System.Buffers;
using System.Security.Cryptography;

namespace Pipeline.Mail.Dkim;

/// <summary>Gathers small writes and hashes them in larger pieces; each target takes its own share of the same octets.</summary>
internal sealed class HashingWriter : IBufferWriter<byte>, IDisposable
{
    private const int BufferBytes = 8192;

    private readonly List<Target> _targets = [];
    private byte[] _buffer = new byte[BufferBytes];
    private int _used;

    /// <summary>Octets written in all.</summary>
    public ulong TotalBytes { get; private set; }

    /// <summary>Adds a hash over at most <paramref name="limit"/> octets; call before the first write.</summary>
    public int AddTarget(ulong limit = ulong.MaxValue)
    {
        _targets.Add(new Target { Hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256), Remaining = limit });
        return _targets.Count - 1;
    }

    public byte[] Digest(int target)
    {
        Flush();
        return _targets[target].Hash.GetHashAndReset();
    }

    public void Advance(int count)
    {
        _used += count;
        TotalBytes += (ulong)count;
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_used == _buffer.Length || _buffer.Length - _used < sizeHint)
        {
            Flush();
            if (_buffer.Length < sizeHint)
            {
                _buffer = new byte[sizeHint];
            }
        }

        return _buffer.AsMemory(_used);
    }

    public void Dispose()
    {
        foreach (var target in _targets)
        {
            target.Hash.Dispose();
        }
    }

    private void Flush()
    {
        var pending = _buffer.AsSpan(0, _used);
        foreach (var target in _targets)
        {
            var share = pending[..(int)Math.Min((ulong)pending.Length, target.Remaining)];
            target.Hash.AppendData(share);
            target.Remaining -= (ulong)share.Length;
        }

        _used = 0;
    }

    private sealed class Target
    {
        public required IncrementalHash Hash { get; init; }

        public required ulong Remaining { get; set; }
    }
}
