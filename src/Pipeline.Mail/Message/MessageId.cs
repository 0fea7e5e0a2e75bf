namespace Pipeline.Mail.Message;

/// <summary>The identifier of a message in the queue: base-62 digits in Exim's form, 6-11-4, or 6-6-2 as before Exim 4.97. Unique over a cluster and ascending in time.</summary>
/// <remarks>It begins with the seconds since 1970. Made by <see cref="MessageIdSource"/>.</remarks>
public readonly record struct MessageId : IComparable<MessageId>
{
    /// <summary>Characters of the form since Exim 4.97.</summary>
    public const int Length = 23;

    /// <summary>Characters of the form before Exim 4.97.</summary>
    public const int ShortLength = 16;

    private readonly string? _text;

    private MessageId(string text) => _text = text;

    /// <summary>Reads an identifier of either form; false unless it has it exactly.</summary>
    public static bool TryCreate(string? text, out MessageId id)
    {
        id = IsValid(text) ? new MessageId(text!) : default;
        return id._text is not null;
    }

    /// <summary>Whether a text has either form.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        var second = text.Length switch { ShortLength => 13, Length => 18, _ => -1 };
        if (second < 0)
        {
            return false;
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (i == 6 || i == second ? text[i] != '-' : !char.IsAsciiLetterOrDigit(text[i]))
            {
                return false;
            }
        }

        return true;
    }

    public static MessageId Create(string text) =>
        TryCreate(text, out var id) ? id : throw new FormatException($"\"{text}\" is not a message id");

    public int CompareTo(MessageId other) => string.CompareOrdinal(_text, other._text);

    public override string ToString() => _text ?? "";

    public static bool operator <(MessageId left, MessageId right) => left.CompareTo(right) < 0;

    public static bool operator >(MessageId left, MessageId right) => left.CompareTo(right) > 0;

    public static bool operator <=(MessageId left, MessageId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(MessageId left, MessageId right) => left.CompareTo(right) >= 0;
}
