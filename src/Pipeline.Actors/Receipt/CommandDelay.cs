using Pipeline.Policy.Configuration;

namespace Pipeline.Actors.Receipt;

/// <summary>How long a command of one kind waits in a session: the more of them have come, the longer.</summary>
/// <param name="limit">Null: none of them waits.</param>
internal sealed class CommandDelay(SmtpRateLimit? limit)
{
    private int _commands;
    private TimeSpan? _last;

    /// <summary>One more command has come.</summary>
    /// <returns>How long it is to wait.</returns>
    public TimeSpan Next()
    {
        if (limit is null || ++_commands <= limit.Threshold)
        {
            return TimeSpan.Zero;
        }

        _last = _last is { } last ? limit.After(last) : limit.InitialDelay;
        return _last.Value;
    }

    /// <summary>They are counted from the beginning again.</summary>
    public void Restart() => (_commands, _last) = (0, null);
}
