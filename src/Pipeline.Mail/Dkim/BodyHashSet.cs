namespace Pipeline.Mail.Dkim;

/// <summary>All body hashes that the signatures of one message ask for, computed while the body streams by: once for each kind, however many ask.</summary>
/// <remarks>DKIM and ARC share one set. Order of use: <see cref="TryRequest"/>, then <see cref="Append"/>, then <see cref="Finish"/>, then <see cref="Read"/>.</remarks>
public sealed class BodyHashSet(int maxHashes) : IDisposable
{
    private readonly List<Request> _requests = [];
    private readonly FormHasher?[] _hashers = new FormHasher?[2];
    private bool _isFinished;

    /// <summary>Distinct hashes asked for.</summary>
    public int Count => _requests.Count;

    /// <summary>Asks for SHA-256 over a body in this form, over its first <paramref name="length"/> octets or all.</summary>
    /// <returns>False when that would be one hash too many.</returns>
    public bool TryRequest(CanonicalForm form, ulong? length, out int id)
    {
        var limit = length ?? ulong.MaxValue;
        id = _requests.FindIndex(r => r.Form == form && r.Limit == limit);
        if (id >= 0)
        {
            return true;
        }

        if (_requests.Count == maxHashes)
        {
            return false;
        }

        var hasher = _hashers[(int)form] ??= new FormHasher(form);
        _requests.Add(new Request(form, limit, hasher.Writer.AddTarget(limit)));
        id = _requests.Count - 1;
        return true;
    }

    /// <summary>The next octets of the body, in pieces of any size.</summary>
    public void Append(ReadOnlySpan<byte> body)
    {
        foreach (var hasher in _hashers)
        {
            hasher?.Append(body);
        }
    }

    public void Finish()
    {
        if (_isFinished)
        {
            return;
        }

        _isFinished = true;
        foreach (var hasher in _hashers)
        {
            hasher?.Finish();
        }

        foreach (var request in _requests)
        {
            var writer = _hashers[(int)request.Form]!.Writer;
            request.Result = new BodyHash(writer.Digest(request.Target), writer.TotalBytes);
        }
    }

    /// <summary>A hash asked for, once <see cref="Finish"/> was called.</summary>
    public BodyHash Read(int id) => _requests[id].Result ?? throw new InvalidOperationException("the body is not complete");

    public void Dispose()
    {
        foreach (var hasher in _hashers)
        {
            hasher?.Writer.Dispose();
        }
    }

    private sealed class FormHasher(CanonicalForm form)
    {
        private BodyCanonicalizer _canonicalizer = new(form);

        public HashingWriter Writer { get; } = new();

        public void Append(ReadOnlySpan<byte> body) => _canonicalizer.Append(body, Writer);

        public void Finish() => _canonicalizer.Finish(Writer);
    }

    private sealed record Request(CanonicalForm Form, ulong Limit, int Target)
    {
        public BodyHash? Result { get; set; }
    }
}

/// <summary>A body hash and the length of the whole canonical body, which may be more than was hashed.</summary>
public sealed record BodyHash(ReadOnlyMemory<byte> Digest, ulong CanonicalLength);
