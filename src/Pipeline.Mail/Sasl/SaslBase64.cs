using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Mail.Sasl;

/// <summary>BASE64 as SASL profiles of line protocols use it (RFC 4648 section 4): one word, padded, nothing else in it.</summary>
public static class SaslBase64
{
    private static readonly SearchValues<byte> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="u8);

    /// <returns>False for anything but a correct encoding; the empty text encodes no octets.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> text, [NotNullWhen(true)] out byte[]? octets)
    {
        octets = null;

        // The decoder of the framework passes over blanks, which here would be a second word.
        if (text.ContainsAnyExcept(Alphabet))
        {
            return false;
        }

        byte[] decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (Base64.DecodeFromUtf8(text, decoded, out _, out int written) != OperationStatus.Done)
        {
            return false;
        }

        octets = decoded[..written];
        return true;
    }

    public static string Encode(ReadOnlySpan<byte> octets) => Convert.ToBase64String(octets);
}
