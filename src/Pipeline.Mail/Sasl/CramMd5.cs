using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Mail.Sasl;

/// <summary>CRAM-MD5 (RFC 2195): a challenge, and the keyed digest of it behind the user's name.</summary>
public static class CramMd5
{
    private const int DigestLength = 32;

    /// <summary>A challenge in the form of a message id, which nobody can foresee (RFC 2195 section 2).</summary>
    public static byte[] MakeChallenge(string hostName) => Encoding.UTF8.GetBytes($"<{RandomNumberGenerator.GetHexString(32, lowercase: true)}@{hostName}>");

    /// <summary>The response: the user's name, a blank, and the digest in lower-case hexadecimal digits.</summary>
    public static byte[] Respond(ReadOnlySpan<byte> user, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> challenge) =>
        [.. user, (byte)' ', .. Digest(secret, challenge)];

    /// <summary>Takes a response apart. The name may hold blanks: the digest is what follows the last one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> response, out ReadOnlySpan<byte> user, out ReadOnlySpan<byte> digest)
    {
        int blank = response.LastIndexOf((byte)' ');
        user = blank < 0 ? [] : response[..blank];
        digest = blank < 0 ? [] : response[(blank + 1)..];
        return digest.Length == DigestLength;
    }

    /// <summary>Compares in a time that does not depend on where the digests differ.</summary>
    public static bool Verify(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> challenge) =>
        CryptographicOperations.FixedTimeEquals(digest, Digest(secret, challenge));

    private static byte[] Digest(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> challenge)
    {
        // HMAC-MD5 is what the mechanism is; collisions of MD5 do not break it, and peers that offer nothing else exist.
#pragma warning disable CA5351
        return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(HMACMD5.HashData(secret, challenge)));
#pragma warning restore CA5351
    }
}
