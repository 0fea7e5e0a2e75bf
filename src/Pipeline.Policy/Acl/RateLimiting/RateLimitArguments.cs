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
/// <param name="Measure">Null when it is not said: messages, and wherever it stands an event is one.</param>
/// <param name="Mode">Null when it is not said: leaky where the measure can be counted.</param>
/// <param name="Count">From <c>count=</c>; null to count one, or the octets of the message.</param>
/// <param name="Key">Null for the client's address, or nothing for a rate that counts unique texts.</param>
internal sealed record RateLimitArguments(
    double Limit, TimeSpan Period, string LimitText, string PeriodText, RateMeasure? Measure, RateLimitMode? Mode, double? Count, string? Unique, string? Key)
{
    public const string Complaint = "error in arguments to \"ratelimit\" condition: ";

    public static RateLimitArguments? Parse(string value, out string error)
    {
        var parts = ListSyntax.Split(value, '/');
        var written = parts.Count > 0 ? parts[0] : "";
        if (!TryLimit(written, out var limit))
        {
            error = $"{Complaint}\"{written}\" is not a positive number";
            return null;
        }

        var time = parts.Count > 1 ? parts[1] : "NULL";
        if (!TimeText.TryParse(time, out var period) || period <= TimeSpan.Zero)
        {
            error = $"{Complaint}\"{time}\" is not a time value";
            return null;
        }

        var options = new RateLimitArguments(limit, period, written, time, null, null, null, null, null);
        for (var i = 2; i < parts.Count; i++)
        {
            var option = parts[i];
            if (MeasureOf(option) is { } measure)
            {
                if (options.Measure is not null)
                {
                    error = Complaint + "conflicting per_* options";
                    return null;
                }

                options = options with { Measure = measure };
            }
            else if (ModeOf(option) is { } mode)
            {
                if (options.Mode is not null)
                {
                    error = Complaint + "conflicting update modes";
                    return null;
                }

                options = options with { Mode = mode };
            }
            else if (option.StartsWith("count=", StringComparison.Ordinal))
            {
                if (!TryNumber(option[6..], out var count))
                {
                    error = $"{Complaint}\"{option}\" is not a positive number";
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

    // With K, M or G behind it.
    private static bool TryLimit(string text, out double number)
    {
        var factor = text.Length == 0 ? 1 : (text[^1] | 0x20) switch { 'k' => 1024.0, 'm' => 1024.0 * 1024, 'g' => 1024.0 * 1024 * 1024, _ => 1 };
        var valid = TryNumber(factor > 1 ? text[..^1] : text, out number);
        number *= factor;
        return valid;
    }

    // It need not be whole.
    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
