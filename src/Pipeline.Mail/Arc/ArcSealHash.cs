using System.Buffers;
using System.Security.Cryptography;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Arc;

/// <summary>
/// What seals sign (RFC 8617 section 5.1.1): of each set from 1 to their own its results, its message signature and its seal, in the relaxed form;
/// of the last seal without the value of b= and without a line end.
/// </summary>
/// <remarks>Every field is canonicalised and hashed once, however many seals cover it.</remarks>
internal sealed class ArcSealHash : IDisposable
{
    private readonly ArrayBufferWriter<byte> _field = new();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Adds a field of an earlier set, or of this one other than its seal.</summary>
    public void Append(HeaderField field)
    {
        _field.ResetWrittenCount();
        HeaderCanonicalizer.Write(field, CanonicalForm.Relaxed, _field);
        _hash.AppendData(_field.WrittenSpan);
    }

    /// <summary>What a seal over all that was added, and itself, signs. The seal itself is not added.</summary>
    /// <param name="signatureExtent">Where the value of b= lies in the value of the field.</param>
    public byte[] DigestWith(HeaderField seal, Range signatureExtent)
    {
        using var hash = _hash.Clone();
        _field.ResetWrittenCount();
        HeaderCanonicalizer.WriteWithoutLineEnd(seal, CanonicalForm.Relaxed, signatureExtent, _field);
        hash.AppendData(_field.WrittenSpan);
        return hash.GetHashAndReset();
    }

    public void Dispose() => _hash.Dispose();
}
