using Pipeline.Mail.Message;

namespace Pipeline.Mail.Spool;

/// <summary>Turns message identifiers into those of spools up to Exim 4.96, which have 16 characters.</summary>
public static class SpoolMessageId
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    // 62 to the 6th, the values of the middle part of a short identifier, shared out between processes and half milliseconds.
    private const ulong MiddleValues = 56_800_235_584;

    private const ulong MicrosecondsPerFraction = 500;

    /// <summary>The 16-character form (6-6-2) for readers that know no other: seconds, process, and the second's fraction in 1/2000.</summary>
    /// <remarks>
    /// The microseconds that the fraction cannot hold go into the process part, so two messages of one process never meet; two processes
    /// meet only when they share the half millisecond and one in a hundred million.
    /// </remarks>
    public static string Shorten(MessageId id)
    {
        var text = id.ToString();
        if (text.Length == MessageId.ShortLength)
        {
            return text;
        }

        var process = Value(text.AsSpan(7, 11));
        var micro = Value(text.AsSpan(19, 4)) % 1_000_000;
        var middle = (process % (MiddleValues / MicrosecondsPerFraction) * MicrosecondsPerFraction) + (micro % MicrosecondsPerFraction);
        return string.Create(MessageId.ShortLength, (text, middle, micro), static (result, v) =>
        {
            v.text.AsSpan(0, 7).CopyTo(result);
            Write(result[7..13], v.middle);
            result[13] = '-';
            Write(result[14..], v.micro / MicrosecondsPerFraction);
        });
    }

    // Identifiers made elsewhere may hold more than 64 bits: the excess is lost, the same way each time.
    private static ulong Value(ReadOnlySpan<char> digits)
    {
        var value = 0UL;
        foreach (var digit in digits)
        {
            value = unchecked((value * 62) + (ulong)Digits.IndexOf(digit, StringComparison.Ordinal));
        }

        return value;
    }

    private static void Write(Span<char> text, ulong value)
    {
        for (var i = text.Length - 1; i >= 0; i--)
        {
            text[i] = Digits[(int)(value % 62)];
            value /= 62;
        }
    }
}
