using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Pipeline.Mail.Ident;

/// <summary>What an ident server says of a connection (RFC 1413 section 4).</summary>
public static class IdentReply
{
    /// <summary>Octets of a reply with its line end that are read (RFC 1413 section 6); more is no reply.</summary>
    public const int MaxBytes = 1000;

    /// <summary>Octets of a user that are kept, as Exim keeps them; the rest is cut.</summary>
    public const int MaxUserBytes = 127;

    /// <summary>Reads a reply whose line end has come.</summary>
    /// <param name="clientPort">The port of the connection on the host that was asked.</param>
    /// <param name="localPort">Its port on the host that asks.</param>
    /// <returns>The user, in printable ASCII: other octets are written as Exim writes them, <c>\001</c>. Null when there is none: an error, or no reply to this question.</returns>
    public static string? Read(ReadOnlySpan<byte> reply, int clientPort, int localPort)
    {
        var end = reply.IndexOf((byte)'\n');
        if (end < 0)
        {
            return null;
        }

        var rest = reply[..end].TrimEnd((byte)'\r');
        if (!TryTakePort(ref rest, clientPort) || !TryTake(ref rest, (byte)',') || !TryTakePort(ref rest, localPort) || !TryTake(ref rest, (byte)':'))
        {
            return null;
        }

        rest = rest.TrimStart(" \t"u8);
        if (!rest.StartsWith("USERID"u8))
        {
            return null;
        }

        rest = rest["USERID".Length..];

        // The operating system, perhaps with a character set, is nobody's concern.
        if (!TryTake(ref rest, (byte)':') || rest.IndexOf((byte)':') is var system && system < 0)
        {
            return null;
        }

        var user = rest[(system + 1)..].TrimStart(" \t"u8);
        return user.IsEmpty ? null : Printable(user.Length > MaxUserBytes ? user[..MaxUserBytes] : user);
    }

    private static bool TryTakePort(ref ReadOnlySpan<byte> text, int port)
    {
        text = text.TrimStart(" \t"u8);
        var isPort = Utf8Parser.TryParse(text, out ushort value, out var consumed) && value == port;
        text = text[consumed..];
        return isPort;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> text, byte sign)
    {
        text = text.TrimStart(" \t"u8);
        var isThere = !text.IsEmpty && text[0] == sign;
        text = isThere ? text[1..] : text;
        return isThere;
    }

    private static string Printable(ReadOnlySpan<byte> user)
    {
        var text = new StringBuilder(user.Length);
        foreach (var octet in user)
        {
            if (octet is >= 32 and < 127)
            {
                text.Append((char)octet);
            }
            else
            {
                text.Append('\\').Append(((octet >> 6) * 100 + ((octet >> 3) & 7) * 10 + (octet & 7)).ToString("000", CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();
    }
}
