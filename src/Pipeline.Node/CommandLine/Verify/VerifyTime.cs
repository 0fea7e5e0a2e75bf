using System.Globalization;

namespace Pipeline.Node.CommandLine.Verify;

/// <summary>Reads the time a message counts as received.</summary>
internal static class VerifyTime
{
    /// <param name="text">Seconds since 1970, or a date and time in ISO 8601; without an offset it is UTC.</param>
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            return TryFromSeconds(seconds, out time);
        }

        return DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
    }

    public static bool TryFromSeconds(double seconds, out DateTimeOffset time)
    {
        time = DateTimeOffset.UnixEpoch;
        if (!(seconds > -1e10 && seconds < 1e11))
        {
            return false;
        }

        time = DateTimeOffset.UnixEpoch.AddSeconds(seconds);
        return true;
    }
}
