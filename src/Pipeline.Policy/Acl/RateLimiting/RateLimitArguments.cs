using System.Globalization;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Acl.RateLimiting;

/// <summary>What a <c>ratelimit =</c> condition measures.</summary>
internal enum RateMeasure
{
    PerMail = 0,
    PerRcpt = 1,
    PerAddress = 2,
    PerByte = 3,
    PerCommand = 4,
    PerConnection = 5,
}

/// <summary>The value of <c>ratelimit = limit / period / options / key</c>, read.</summary>
/// <param name="Count">From <c>count=</c>; null to count one, or the octets of the message.</param>
/// <param name="Key">Null for the client's address, or nothing for a rate that counts unique texts.</param>
internal sealed record RateLimitArguments(
    double Limit, TimeSpan Period, string LimitText, RateMeasure Measure, RateLimitMode Mode, double? Count, string? Unique, string? Key)
{
    public static RateLimitArguments? Parse(string value, out string error)
    {
        var parts = ListSyntax.Split(value, '/');
        if (parts.Count < 2)
        {
            error = "sender rate limit not a number / period";
            return null;
        }

        if (!TryNumber(parts[0], out var limit))
        {
            error = $"syntax error in argument for \"ratelimit\" condition: \"{parts[0]}\" is not a positive number";
            return null;
        }

        if (!TimeText.TryParse(parts[1], out var period) || period <= TimeSpan.Zero)
        {
            error = $"syntax error in argument for \"ratelimit\" condition: \"{parts[1]}\" is not a time value";
            return null;
        }

        var options = new RateLimitArguments(limit, period, parts[0], RateMeasure.PerMail, RateLimitMode.Leaky, null, null, null);
        var measureSeen = false;
        var modeSeen = false;
        for (var i = 2; i < parts.Count; i++)
        {
            var option = parts[i];
            if (MeasureOf(option) is { } measure)
            {
                if (measureSeen)
                {
                    error = $"syntax error in argument for \"ratelimit\" condition: conflicting per_* options";
                    return null;
                }

                measureSeen = true;
                options = options with { Measure = measure };
            }
            else if (ModeOf(option) is { } mode)
            {
                if (modeSeen)
                {
                    error = "syntax error in argument for \"ratelimit\" condition: conflicting update modes";
                    return null;
                }

                modeSeen = true;
                options = options with { Mode = mode };
            }
            else if (option.StartsWith("count=", StringComparison.Ordinal))
            {
                if (!TryNumber(option[6..], out var count))
                {
                    error = $"syntax error in argument for \"ratelimit\" condition: \"{option}\" is not a positive number";
                    return null;
                }

                options = options with { Count = count };
            }
            else if (option.StartsWith("unique=", StringComparison.Ordinal))
            {
                options = options with { Unique = option[7..] };
            }
            else
            {
                // The key is the rest, slashes and all.
                options = options with { Key = string.Join('/', parts.Skip(i)) };
                break;
            }
        }

        error = "";
        return options;
    }

    private static RateMeasure? MeasureOf(string option) => option switch
    {
        "per_mail" => RateMeasure.PerMail,
        "per_rcpt" => RateMeasure.PerRcpt,
        "per_addr" => RateMeasure.PerAddress,
        "per_byte" => RateMeasure.PerByte,
        "per_cmd" => RateMeasure.PerCommand,
        "per_conn" => RateMeasure.PerConnection,
        _ => null,
    };

    private static RateLimitMode? ModeOf(string option) => option switch
    {
        "leaky" => RateLimitMode.Leaky,
        "strict" => RateLimitMode.Strict,
        "readonly" or "noupdate" => RateLimitMode.ReadOnly,
        _ => null,
    };

    // A number that need not be whole, with K, M or G behind it.
    private static bool TryNumber(string text, out double number)
    {
        var digits = text.AsSpan().Trim();
        var factor = digits.IsEmpty ? 1 : (digits[^1] | 0x20) switch { 'k' => 1024.0, 'm' => 1024.0 * 1024, 'g' => 1024.0 * 1024 * 1024, _ => 1 };
        digits = factor > 1 ? digits[..^1] : digits;
        var valid = double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
        number *= factor;
        return valid && number >= 0;
    }
}
