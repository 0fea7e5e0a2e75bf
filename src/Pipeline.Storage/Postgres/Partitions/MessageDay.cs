using Pipeline.Mail.Message;

namespace Pipeline.Storage.Postgres.Partitions;

/// <summary>The day of a message: that of the seconds its id begins with. All its events are in the journal's partition of that day.</summary>
internal static class MessageDay
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int SecondsDigits = 6;
    private const long SecondsADay = 86_400;

    /// <summary>Days since 1970 UTC; 0 for text that is not an id.</summary>
    public static int Of(ReadOnlySpan<char> id)
    {
        var seconds = 0L;
        if (id.Length < SecondsDigits)
        {
            return 0;
        }

        foreach (var digit in id[..SecondsDigits])
        {
            seconds = (seconds * 62) + ValueOf(digit);
        }

        return (int)(seconds / SecondsADay);
    }

    public static int Of(MessageId id) => Of(id.ToString());

    public static int Of(DateTimeOffset time) => (int)(time.ToUnixTimeSeconds() / SecondsADay);

    /// <summary>What every id of the day is not below, as octets compare.</summary>
    public static string LowestId(int day) => string.Create(SecondsDigits, day * SecondsADay, static (text, seconds) =>
    {
        for (var i = text.Length - 1; i >= 0; i--)
        {
            text[i] = Digits[(int)(seconds % 62)];
            seconds /= 62;
        }
    });

    private static int ValueOf(char digit) => digit switch
    {
        <= '9' => digit - '0',
        <= 'Z' => digit - 'A' + 10,
        _ => digit - 'a' + 36,
    };
}
