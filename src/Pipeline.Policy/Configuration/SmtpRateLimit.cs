using System.Globalization;

namespace Pipeline.Policy.Configuration;

/// <summary>How a client that sends much is slowed down in its session: <c>smtp_ratelimit_mail</c> and <c>smtp_ratelimit_rcpt</c>, such as <c>2,0.5s,1.05,4m</c>.</summary>
/// <param name="Threshold">Commands that are not delayed.</param>
/// <param name="InitialDelay">Of the first command that is.</param>
/// <param name="Factor">By which each further delay is longer than the one before.</param>
/// <param name="MaxDelay">Over which delays do not grow.</param>
public sealed record SmtpRateLimit(int Threshold, TimeSpan InitialDelay, double Factor, TimeSpan MaxDelay)
{
    private const NumberStyles Decimal = NumberStyles.AllowDecimalPoint;

    /// <returns>Null for what is none.</returns>
    public static SmtpRateLimit? Parse(string text)
    {
        Span<Range> parts = stackalloc Range[5];
        var whole = text.AsSpan();
        return whole.Split(parts, ',', StringSplitOptions.TrimEntries) == 4
            && int.TryParse(whole[parts[0]], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var threshold)
            && TryReadTime(whole[parts[1]], out var initial)
            && double.TryParse(whole[parts[2]], Decimal, CultureInfo.InvariantCulture, out var factor) && double.IsFinite(factor)
            && TryReadTime(whole[parts[3]], out var most)
                ? new SmtpRateLimit(threshold, initial, factor, most)
                : null;
    }

    /// <summary>The delay that follows another.</summary>
    public TimeSpan After(TimeSpan delay) => delay.TotalSeconds * Factor < MaxDelay.TotalSeconds ? delay * Factor : MaxDelay;

    // Unlike times elsewhere, seconds alone may have a fraction.
    private static bool TryReadTime(ReadOnlySpan<char> text, out TimeSpan time)
    {
        if (TimeText.TryParse(text, out time))
        {
            return true;
        }

        if (!text.EndsWith("s") || !double.TryParse(text[..^1], Decimal, CultureInfo.InvariantCulture, out var seconds) || seconds > int.MaxValue)
        {
            return false;
        }

        time = TimeSpan.FromSeconds(seconds);
        return true;
    }
}
