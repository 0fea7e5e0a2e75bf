using System.Security.Cryptography;

namespace Pipeline.Mail.Message;

/// <summary>Makes message ids of one process: strictly ascending, and distinct from those of every other process.</summary>
/// <remarks>
/// Safe to call from any thread. When the clock steps back, or two ids fall in one microsecond, the time runs on by one. Within a second ids sort by process first.
/// The long form (6-11-4) is seconds, process, microsecond. The short one (6-6-2) has the same in the same order: the process has 4 digits,
/// and the microsecond is two numbers below 1000, of which the dash stands in the middle.
/// </remarks>
public sealed class MessageIdSource
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int MicrosecondsPerSecond = 1_000_000;

    private readonly TimeProvider _time;
    private readonly ulong _process;
    private readonly bool _short;
    private long _last;

    private MessageIdSource(TimeProvider time, ulong process, bool isShort) => (_time, _process, _short) = (time, process, isShort);

    /// <summary>Ids of the long form; 64 random bits tell the process.</summary>
    public MessageIdSource(TimeProvider time)
        : this(time, BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))), isShort: false)
    {
    }

    /// <summary>Ids of the short form, which has no room for randomness.</summary>
    /// <param name="life">Tells the process from all that make ids for the same queue: the epoch of its owner. Two lives meet when they are 14,776,336 apart and share a microsecond.</param>
    public static MessageIdSource Short(TimeProvider time, long life) => new(time, (ulong)life, isShort: true);

    public MessageId Next()
    {
        var now = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        long previous, mine;
        do
        {
            previous = Volatile.Read(ref _last);
            mine = Math.Max(now, previous + 1);
        }
        while (Interlocked.CompareExchange(ref _last, mine, previous) != previous);

        var (seconds, micro) = ((ulong)(mine / MicrosecondsPerSecond), (ulong)(mine % MicrosecondsPerSecond));
        return MessageId.Create(_short
            ? string.Create(MessageId.ShortLength, (Seconds: seconds, Process: _process, Micro: micro), static (text, v) =>
            {
                Write(text[..6], v.Seconds);
                text[6] = '-';
                Write(text[7..11], v.Process);
                Write(text[11..13], v.Micro / 1_000);
                text[13] = '-';
                Write(text[14..], v.Micro % 1_000);
            })
            : string.Create(MessageId.Length, (Seconds: seconds, Process: _process, Micro: micro), static (text, v) =>
            {
                Write(text[..6], v.Seconds);
                text[6] = '-';
                Write(text[7..18], v.Process);
                text[18] = '-';
                Write(text[19..], v.Micro);
            }));
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
