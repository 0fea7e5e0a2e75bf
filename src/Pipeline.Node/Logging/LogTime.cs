using System.Globalization;
using System.Text;

namespace Pipeline.Node.Logging;

internal static class LogTime
{
    /// <summary>As Exim writes times: <c>1d2h</c>, <c>3m5s</c>, <c>0s</c>.</summary>
    public static string Of(TimeSpan time)
    {
        var text = new StringBuilder();
        foreach (var (value, unit) in (ReadOnlySpan<(int, char)>)[((int)time.TotalDays, 'd'), (time.Hours, 'h'), (time.Minutes, 'm'), (time.Seconds, 's')])
        {
            if (value > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{value}{unit}");
            }
        }

        return text.Length == 0 ? "0s" : text.ToString();
    }
}
