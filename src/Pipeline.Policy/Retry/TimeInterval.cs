using System.Globalization;
using System.Text;

namespace Pipeline.Policy.Retry;

/// <summary>Time intervals as the configuration writes them: numbers with the units w, d, h, m and s, such as <c>1h30m</c>.</summary>
public static class TimeInterval
{
    // The language keeps intervals in 32 bits.
    private const long MaxSeconds = int.MaxValue;

    private static readonly (char Unit, long Seconds)[] Units = [('w', 604800), ('d', 86400), ('h', 3600), ('m', 60), ('s', 1)];

    /// <summary>Reads an interval; every number needs a unit, and there are no blanks inside.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan interval)
    {
        interval = default;
        text = text.Trim();
        if (text.IsEmpty)
        {
            return false;
        }

        long total = 0;
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExceptInRange('0', '9');
            if (digits is <= 0 or > 10)
            {
                return false;
            }

            var factor = SecondsOf(text[digits]);
            var value = long.Parse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            if (factor == 0 || (total += value * factor) > MaxSeconds)
            {
                return false;
            }

            text = text[(digits + 1)..];
        }

        interval = TimeSpan.FromSeconds(total);
        return true;
    }

    /// <summary>The canonical text: <c>1d1h1m1s</c>, zero as <c>0s</c>, no parts that are zero.</summary>
    public static string Format(TimeSpan interval)
    {
        var seconds = (long)interval.TotalSeconds;
        if (seconds <= 0)
        {
            return "0s";
        }

        var text = new StringBuilder();
        foreach (var (unit, factor) in Units)
        {
            if (seconds >= factor)
            {
                text.Append(CultureInfo.InvariantCulture, $"{seconds / factor}{unit}");
                seconds %= factor;
            }
        }

        return text.ToString();
    }

    private static long SecondsOf(char unit)
    {
        foreach (var (known, seconds) in Units)
        {
            if (known == unit)
            {
                return seconds;
            }
        }

        return 0;
    }
}
