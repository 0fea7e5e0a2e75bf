using System.Text;

namespace Pipeline.Mail.Smtp;

/// <summary>BDAT (RFC 3030 section 2): <c>BDAT chunk-size [LAST]</c>.</summary>
internal static class ChunkCommandParser
{
    /// <summary>RFC 3030 sets no bound; 18 digits fit a signed 64-bit count.</summary>
    private const int MaxDigits = 18;

    public static SmtpCommand Parse(ReadOnlySpan<byte> argument)
    {
        int end = argument.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        ReadOnlySpan<byte> digits = end < 0 ? argument : argument[..end];
        if (digits.IsEmpty)
        {
            return SmtpSyntaxError.ChunkSize("syntax: BDAT size [LAST]");
        }

        if (digits.Length > MaxDigits)
        {
            return SmtpSyntaxError.ChunkSize("BDAT size is too large");
        }

        long octets = 0;
        foreach (byte digit in digits)
        {
            octets = (octets * 10) + (digit - '0');
        }

        ReadOnlySpan<byte> rest = argument[digits.Length..];
        if (rest.IsEmpty)
        {
            return new SmtpCommand.Chunk(octets, Last: false);
        }

        return rest[0] is (byte)' ' or (byte)'\t' && Ascii.EqualsIgnoreCase(rest.TrimStart(" \t"u8), "LAST"u8)
            ? new SmtpCommand.Chunk(octets, Last: true)
            : SmtpSyntaxError.ChunkSize("syntax: BDAT size [LAST]");
    }
}
