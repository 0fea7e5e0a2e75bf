using System.Globalization;
using System.Text;

namespace Pipeline.Policy.Configuration;

/// <summary>Time intervals as Exim writes them: numbers with units <c>w d h m s</c>, such as <c>1h30m</c>.</summary>
public static class TimeText
{
    private static readonly (char Unit, long Seconds)[] Units = [('w', 604800), ('d', 86400), ('h', 3600), ('m', 60), ('s', 1)];

    /// <summary>Reads an interval: at least one number with a unit, no blanks, any order.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan interval)
    {
        interval = default;
        long total = 0;
        var position = 0;
        if (text.IsEmpty)
        {
            return false;
        }

        while (position < text.Length)
        {
            var start = position;
            while (position < text.Length && char.IsAsciiDigit(text[position]))
            {
                position++;
            }

            if (position == start || position == text.Length
                || !int.TryParse(text[start..position], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                || !TryFindUnit(text[position], out var seconds))
            {
                return false;
            }

            total += count * seconds;
            position++;
            if (total > int.MaxValue)
            {
                return false;
            }
        }

        interval = TimeSpan.FromSeconds(total);
        return true;
    }

    /// <summary>Writes an interval in its shortest form, zero as <c>0s</c>. Fractions of a second are dropped.</summary>
    public static string Format(TimeSpan interval)
    {
        var rest = (long)interval.TotalSeconds;
        if (rest == 0)
        {
            return "0s";
        }

        var text = new StringBuilder(rest < 0 ? "-" : "");
        rest = Math.Abs(rest);
        foreach (var (unit, seconds) in Units)
        {
            if (rest >= seconds)
            {
                text.Append(CultureInfo.InvariantCulture, $"{rest / seconds}{unit}");
                rest %= seconds;
            }
        }

        return text.ToString();
    }

    private static bool TryFindUnit(char c, out long seconds)
    {
        foreach (var (unit, length) in Units)
        {
            if (unit == c)
            {
                seconds = length;
                return true;
            }
        }

        seconds = 0;
        return false;
    }
}
