using System.Text;

namespace Pipeline.Policy.Expansion;

/// <summary>Exim's strings are octets. Here they are .NET strings with one char (U+0000 to U+00FF) for each octet; this converts at the borders.</summary>
public static class OctetString
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string FromBytes(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    public static byte[] ToBytes(string octets) => Encoding.Latin1.GetBytes(octets);

    /// <summary>The UTF-8 octets of a text. An ASCII text is returned as it is.</summary>
    public static string FromText(string text) => Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>Reads octets as UTF-8; octets that are not UTF-8 become Latin-1 characters.</summary>
    public static string ToText(string octets)
    {
        if (Ascii.IsValid(octets))
        {
            return octets;
        }

        try
        {
            return StrictUtf8.GetString(Encoding.Latin1.GetBytes(octets));
        }
        catch (DecoderFallbackException)
        {
            return octets;
        }
    }
}
