using Pipeline.Policy.Hints;

namespace Pipeline.Policy.Acl.RateLimiting;

/// <summary>Rates by key, kept among the hints.</summary>
internal static class RateLimits
{
    /// <summary>Computes the rate after an event and, as its mode says, remembers it.</summary>
    /// <returns>Events in one period, smoothed.</returns>
    /// <exception cref="IOException">What keeps the hints is away.</exception>
    public static async ValueTask<double> MeasureAsync(IHints hints, RateLimitEvent happened, CancellationToken cancellationToken)
    {
        if (happened.Unique is null || happened.Mode == RateLimitMode.ReadOnly)
        {
            return (await CountAsync(hints, happened, cancellationToken)).Rate;
        }

        var text = HintKey.Digest(HintKey.Unique, $"{happened.Key}\0{happened.Unique}");
        if (!await MeetAsync(hints, text, happened, cancellationToken))
        {
            // Counted before: the rate has only become older, which need not be written.
            return (await CountAsync(hints, happened with { Count = 0, Mode = RateLimitMode.ReadOnly }, cancellationToken)).Rate;
        }

        var (rate, isRemembered) = await CountAsync(hints, happened, cancellationToken);
        if (!isRemembered)
        {
            await hints.ChangeAsync(text, static _ => null, cancellationToken);
        }

        return rate;
    }

    private static async ValueTask<(double Rate, bool IsRemembered)> CountAsync(IHints hints, RateLimitEvent happened, CancellationToken cancellationToken)
    {
        var key = HintKey.Of(HintKey.RateLimit, happened.Key);
        if (happened.Mode == RateLimitMode.ReadOnly)
        {
            return (Next(await hints.GetAsync(key, cancellationToken), happened), false);
        }

        var (rate, isRemembered) = (0.0, false);
        await hints.ChangeAsync(
            key,
            value =>
            {
                rate = Next(value, happened);
                isRemembered = RateLimitFormula.Remembers(happened, rate);
                return isRemembered ? new HintRecord(happened.Now, RateLimitFormula.Until(happened, rate), rate).Write() : value;
            },
            cancellationToken);
        return (rate, isRemembered);
    }

    /// <summary>Notes the text of an event; false when it was noted within the period before.</summary>
    private static async ValueTask<bool> MeetAsync(IHints hints, string key, RateLimitEvent happened, CancellationToken cancellationToken)
    {
        var isNew = false;
        await hints.ChangeAsync(
            key,
            value =>
            {
                isNew = HintRecord.Read(value) is not { } met || (happened.Now - met.At).Duration() >= happened.Period;
                return isNew ? new HintRecord(happened.Now, happened.Now + happened.Period).Write() : value;
            },
            cancellationToken);
        return isNew;
    }

    private static double Next(byte[]? value, RateLimitEvent happened) =>
        RateLimitFormula.Next(HintRecord.Read(value) is { Rate: { } rate } known ? (rate, known.At) : null, happened);
}
