using System.Buffers;
using System.Text;

namespace Pipeline.Mail.Smtp;

/// <summary>Writes replies in wire form (RFC 5321 section 4.2.1): the code, and the enhanced code if there is one, on each line.</summary>
public static class SmtpReplyWriter
{
    /// <summary>The longest reply line with its CRLF (RFC 5321 section 4.5.3.1.5).</summary>
    public const int MaxLine = 512;

    /// <summary>No reply has more lines than this, whatever policy composed; further text is cut.</summary>
    public const int MaxLines = 128;

    /// <summary>"4xx-" and the longest enhanced code with its blank: c.sss.ddd.</summary>
    private const int MaxPrefix = 4 + 10;

    /// <summary>Writes the whole reply. Text beyond a line's length goes on in a further line, broken at a blank where there is one.</summary>
    /// <param name="utf8">The client may get text outside ASCII (it used SMTPUTF8, RFC 6531 section 3.7.4); otherwise a question mark stands for it.</param>
    public static void Write(IBufferWriter<byte> output, SmtpReply reply, bool utf8 = false)
    {
        Span<byte> prefix = stackalloc byte[MaxPrefix];
        int prefixLength = WritePrefix(prefix, reply);
        prefix = prefix[..prefixLength];

        int written = 0;
        for (int i = 0; i < reply.Lines.Length && written < MaxLines; i++)
        {
            bool lastText = i == reply.Lines.Length - 1;
            ReadOnlySpan<char> rest = reply.Lines[i];
            do
            {
                int length = Fit(rest, MaxLine - prefixLength - 2, utf8);
                bool last = (lastText && length == rest.Length) || written == MaxLines - 1;
                WriteLine(output, prefix, rest[..length], last, utf8);
                rest = rest[length..];
                written++;
            }
            while (!rest.IsEmpty && written < MaxLines);
        }

        if (written == 0)
        {
            WriteLine(output, prefix, "", last: true, utf8);
        }
    }

    private static int WritePrefix(Span<byte> prefix, SmtpReply reply)
    {
        prefix[0] = (byte)('0' + (reply.Code / 100));
        prefix[1] = (byte)('0' + (reply.Code / 10 % 10));
        prefix[2] = (byte)('0' + (reply.Code % 10));
        prefix[3] = (byte)'-';
        int length = 4;
        if (reply.Enhanced is { } enhanced)
        {
            prefix[length++] = (byte)('0' + enhanced.Class);
            prefix[length++] = (byte)'.';
            length += WriteNumber(prefix[length..], enhanced.Subject);
            prefix[length++] = (byte)'.';
            length += WriteNumber(prefix[length..], enhanced.Detail);
            prefix[length++] = (byte)' ';
        }

        return length;
    }

    /// <summary>RFC 3463 section 2 gives subject and detail at most three digits.</summary>
    private static int WriteNumber(Span<byte> target, ushort value)
    {
        _ = System.Buffers.Text.Utf8Formatter.TryFormat(Math.Min(value, (ushort)999), target, out int length);
        return length;
    }

    private static void WriteLine(IBufferWriter<byte> output, ReadOnlySpan<byte> prefix, ReadOnlySpan<char> text, bool last, bool utf8)
    {
        Span<byte> line = output.GetSpan(MaxLine);
        prefix.CopyTo(line);
        if (last)
        {
            line[3] = (byte)' ';
        }

        int length = prefix.Length;
        foreach (Rune rune in text.EnumerateRunes())
        {
            // Text from policy may quote what a peer sent: it must never end the line or move the reader's cursor.
            length += rune switch
            {
                { Value: < 32 or 127 } => Put(line, length, (byte)' '),
                { IsAscii: true } => Put(line, length, (byte)rune.Value),
                _ when utf8 => rune.EncodeToUtf8(line[length..]),
                _ => Put(line, length, (byte)'?'),
            };
        }

        line[length++] = (byte)'\r';
        line[length++] = (byte)'\n';
        output.Advance(length);
    }

    private static int Put(Span<byte> line, int at, byte octet)
    {
        line[at] = octet;
        return 1;
    }

    /// <summary>How many characters of <paramref name="text"/> fit into <paramref name="octets"/>; ends after the last blank when not all do.</summary>
    private static int Fit(ReadOnlySpan<char> text, int octets, bool utf8)
    {
        if (text.Length * 3 <= octets)
        {
            return text.Length;
        }

        int taken = 0;
        int used = 0;
        int afterBlank = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            int size = utf8 ? rune.Utf8SequenceLength : 1;
            if (used + size > octets)
            {
                return afterBlank > 0 ? afterBlank : taken;
            }

            used += size;
            taken += rune.Utf16SequenceLength;
            if (rune.Value == ' ')
            {
                afterBlank = taken;
            }
        }

        return text.Length;
    }
}
