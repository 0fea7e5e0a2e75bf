namespace Pipeline.Mail.Message;

/// <summary>The identifier of a message in the queue: Exim's 23-character form (6-11-4 base-62 digits), unique over a cluster and ascending in time.</summary>
/// <remarks>Seconds since 1970, then 64 bits that tell the process, then the microsecond within the second. Made by <see cref="MessageIdSource"/>.</remarks>
public readonly record struct MessageId : IComparable<MessageId>
{
    public const int Length = 23;

    private readonly string? _text;

    private MessageId(string text) => _text = text;

    /// <summary>Reads an identifier; false unless it has the exact form.</summary>
    public static bool TryCreate(string? text, out MessageId id)
    {
        id = default;
        if (text is not { Length: Length } || text[6] != '-' || text[18] != '-')
        {
            return false;
        }

        for (var i = 0; i < Length; i++)
        {
            if (i is not (6 or 18) && !char.IsAsciiLetterOrDigit(text[i]))
            {
                return false;
            }
        }

        id = new MessageId(text);
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
