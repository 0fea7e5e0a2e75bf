using System.Security.Cryptography;

namespace Pipeline.Mail.Message;

/// <summary>Makes message ids of one process: strictly ascending, and distinct from every other process by 64 random bits.</summary>
/// <remarks>Safe to call from any thread. When the clock steps back, or two ids fall in one microsecond, the time runs on by one.</remarks>
public sealed class MessageIdSource(TimeProvider time)
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private readonly ulong _process = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private long _last;

    public MessageId Next()
    {
        var now = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        long previous, mine;
        do
        {
            previous = Volatile.Read(ref _last);
            mine = Math.Max(now, previous + 1);
        }
        while (Interlocked.CompareExchange(ref _last, mine, previous) != previous);

        return MessageId.Create(string.Create(MessageId.Length, (Seconds: (ulong)(mine / 1_000_000), Process: _process, Micro: (ulong)(mine % 1_000_000)), static (text, v) =>
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
