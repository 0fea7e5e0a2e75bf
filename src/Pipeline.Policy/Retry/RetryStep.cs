using System.Globalization;
using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Retry;

/// <summary>How the time between attempts grows.</summary>
internal enum RetryAlgorithm
{
    /// <summary>Always the same.</summary>
    Fixed = 0,

    /// <summary>Each time longer by a factor.</summary>
    Geometric = 1,

    /// <summary>Like geometric, and a random part of it.</summary>
    Randomized = 2,
}

/// <summary>One part of a retry rule: an algorithm that holds until a time after the first failure.</summary>
/// <param name="Factor">In thousandths.</param>
internal sealed record RetryStep(RetryAlgorithm Algorithm, TimeSpan CutOff, TimeSpan Interval, int Factor)
{
    /// <returns>Null when the text is not a step; then the error says why.</returns>
    public static RetryStep? Parse(string text, out string error)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        RetryAlgorithm? algorithm = parts[0] switch { "F" => RetryAlgorithm.Fixed, "G" => RetryAlgorithm.Geometric, "H" => RetryAlgorithm.Randomized, _ => null };
        if (algorithm is not { } known)
        {
            error = "unknown retry rule letter";
            return null;
        }

        var count = known == RetryAlgorithm.Fixed ? 3 : 4;
        if (parts.Length != count)
        {
            error = parts.Length < count ? "retry rule parameter expected" : "extra text in retry rule";
            return null;
        }

        var factor = 0;
        if (!TimeText.TryParse(parts[1], out var cutOff) || !TimeText.TryParse(parts[2], out var interval)
            || (known != RetryAlgorithm.Fixed && !TryFactor(parts[3], out factor)))
        {
            error = "bad parameter in retry rule";
            return null;
        }

        if (interval <= TimeSpan.Zero || (known != RetryAlgorithm.Fixed && factor < 1000))
        {
            error = "bad parameter in retry rule";
            return null;
        }

        error = "";
        return new RetryStep(known, cutOff, interval, factor);
    }

    /// <summary>The time to wait after an attempt that came <paramref name="last"/> after the one before.</summary>
    public TimeSpan Next(TimeSpan last, TimeSpan longest, Random random)
    {
        if (Algorithm == RetryAlgorithm.Fixed)
        {
            return Interval;
        }

        // The smallest term of the series that is longer than the last wait; the series may begin anew behind another step.
        var next = Interval;
        while (next <= last && next < longest && Factor > 1000)
        {
            next = TimeSpan.FromTicks((long)(next.Ticks * (Factor / 1000.0)));
        }

        next = next < longest ? next : longest;
        return Algorithm == RetryAlgorithm.Geometric ? next : Interval + ((next - Interval) * random.NextDouble());
    }

    public override string ToString()
    {
        var letter = Algorithm switch { RetryAlgorithm.Fixed => 'F', RetryAlgorithm.Geometric => 'G', _ => 'H' };
        var times = $"{letter},{TimeText.Format(CutOff)},{TimeText.Format(Interval)}";
        return Algorithm == RetryAlgorithm.Fixed ? times : string.Create(CultureInfo.InvariantCulture, $"{times},{Factor / 1000m:0.###}");
    }

    private static bool TryFactor(string text, out int thousandths)
    {
        thousandths = 0;
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor) || factor > 1000)
        {
            return false;
        }

        thousandths = (int)(factor * 1000);
        return true;
    }
}
