using Microsoft.Extensions.Logging;

namespace Pipeline.Kernel.Event;

/// <summary>Logs the first dead letters, is silent for five minutes, then says how many it kept to itself and begins again.</summary>
internal sealed class DeadLetterLog(ILogger log, int limit, TimeProvider time)
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private int _logged;
    private int _suppressed;
    private long _silentSince;

    public void Note(AllDeadLetters letter)
    {
        int suppressed = 0;
        bool last;
        lock (_gate)
        {
            if (_logged >= limit)
            {
                if (time.GetElapsedTime(_silentSince) < Silence)
                {
                    _suppressed++;
                    return;
                }

                suppressed = _suppressed;
                _suppressed = 0;
                _logged = 0;
            }

            last = ++_logged >= limit;
            if (last)
            {
                _silentSince = time.GetTimestamp();
            }
        }

        if (suppressed > 0)
        {
            log.DeadLettersSuppressed(suppressed);
        }

        log.DeadLetter(letter.Message.GetType().Name, letter.Sender.Path, letter.Recipient.Path, last);
    }
}
