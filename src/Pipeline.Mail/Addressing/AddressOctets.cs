using System.Buffers;
using System.Text;

namespace Pipeline.Mail.Addressing;

/// <summary>Sets of octets that the address grammars share.</summary>
internal static class AddressOctets
{
    /// <summary>atext of RFC 5322 section 3.2.3, which RFC 5321 and RFC 3461 share.</summary>
    public const string Atom = "!#$%&'*+-/0123456789=?ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz{|}~";

    /// <summary>Octets 128 to 255, which UTF-8 is made of outside ASCII.</summary>
    private static byte[] NonAscii { get; } = [.. Enumerable.Range(128, 128).Select(octet => (byte)octet)];

    /// <summary>A set of ASCII characters and, if asked for, of all octets outside ASCII.</summary>
    public static SearchValues<byte> Set(string ascii, bool withNonAscii) =>
        SearchValues.Create([.. Encoding.ASCII.GetBytes(ascii), .. withNonAscii ? NonAscii : []]);

    /// <summary>Whether a valid UTF-8 text holds U+0080 to U+009F: terminals obey them, so no log may print them.</summary>
    public static bool HasC1Control(ReadOnlySpan<byte> utf8)
    {
        for (var rest = utf8; ;)
        {
            var i = rest.IndexOf((byte)0xC2);
            if (i < 0 || i + 1 >= rest.Length)
            {
                return false;
            }

            if (rest[i + 1] < 0xA0)
            {
                return true;
            }

            rest = rest[(i + 1)..];
        }
    }
}
