using System.Globalization;
using System.Text;
using Pipeline.Policy.Expansion.Parsing;

namespace Pipeline.Policy.Configuration;

/// <summary>Reads the values of typed options. Each reader returns what is wrong in Exim's words, or null.</summary>
internal static class OptionValue
{
    /// <summary>A value with the quoting undone: in double quotes with escapes, or the rest of the line as it is.</summary>
    public static string? ReadString(string text, string option, out string value)
    {
        value = text;
        if (!text.StartsWith('"'))
        {
            return null;
        }

        var read = new StringBuilder();
        var position = 1;
        while (position < text.Length && text[position] != '"')
        {
            if (text[position] == '\\' && position + 1 < text.Length)
            {
                var (c, length) = EscapeSequence.Read(text.AsSpan(position));
                read.Append(c);
                position += length;
            }
            else
            {
                read.Append(text[position++]);
            }
        }

        value = read.ToString();
        if (position >= text.Length)
        {
            return $"missing quote at end of string value for {option}";
        }

        var rest = text.AsSpan(position + 1).Trim();
        return rest.IsEmpty ? null : ExtraCharacters("string value for", option, rest);
    }

    public static string? ReadBool(string text, string option, out bool value)
    {
        value = false;
        switch (text.ToLowerInvariant())
        {
            case "true" or "yes":
                value = true;
                return null;
            case "false" or "no":
                return null;
            default:
                return $"\"{text}\" is not a valid value for the \"{option}\" option";
        }
    }

    public static string? ReadInteger(string text, string option, out long value)
    {
        value = 0;
        var negative = text.StartsWith('-');
        var digits = text.AsSpan(negative ? 1 : 0);
        var style = NumberStyles.None;
        var length = digits.IndexOfAnyExceptInRange('0', '9');
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            digits = digits[2..];
            style = NumberStyles.AllowHexSpecifier;
            length = 0;
            while (length < digits.Length && char.IsAsciiHexDigit(digits[length]))
            {
                length++;
            }
        }

        length = length < 0 ? digits.Length : length;
        if (length == 0)
        {
            return $"integer expected for {option}";
        }

        var octal = style == NumberStyles.None && digits[0] == '0' && length > 1;
        if (octal ? !TryReadOctal(digits[..length], out value) : !long.TryParse(digits[..length], style, CultureInfo.InvariantCulture, out value))
        {
            return $"absolute value of integer \"{text}\" is too large (overflow)";
        }

        digits = digits[length..];
        if (!digits.IsEmpty)
        {
            var shift = (digits[0] | 0x20) switch { 'k' => 10, 'm' => 20, 'g' => 30, 't' => 40, _ => 0 };
            if (value > long.MaxValue >> shift)
            {
                return $"absolute value of integer \"{text}\" is too large (overflow)";
            }

            value <<= shift;
            digits = digits[(shift > 0 ? 1 : 0)..].Trim();
            if (!digits.IsEmpty)
            {
                return ExtraCharacters("integer value for", option, digits);
            }
        }

        value = negative ? -value : value;
        return null;
    }

    public static string? ReadOctal(string text, string option, out long value) =>
        TryReadOctal(text, out value) ? null : text.Length > 0 && text[0] is >= '0' and <= '7'
            ? ExtraCharacters("octal value for", option, text)
            : $"integer expected for {option}";

    /// <summary>A number with at most three decimals, in thousandths.</summary>
    public static string? ReadFixed(string text, string option, out long thousandths)
    {
        thousandths = 0;
        if (!decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || Math.Abs(number) > int.MaxValue || number != decimal.Round(number, 3))
        {
            return $"malformed fixed-point value for {option}";
        }

        thousandths = (long)(number * 1000);
        return null;
    }

    public static string? ReadTime(string text, string option, out TimeSpan value) =>
        TimeText.TryParse(text, out value) ? null : $"invalid time value for {option}";

    public static string? ReadTimeList(string text, string option, out IReadOnlyList<TimeSpan> values)
    {
        var times = new List<TimeSpan>();
        values = times;
        foreach (var part in text.Split(':', StringSplitOptions.TrimEntries))
        {
            if (part.Length == 0 && text.Trim().Length == 0)
            {
                break;
            }

            if (!TimeText.TryParse(part, out var time))
            {
                return $"invalid time value for {option}";
            }

            if (times.Count > 0 && time <= times[^1])
            {
                return $"time values for \"{option}\" must be in increasing order";
            }

            times.Add(time);
        }

        return null;
    }

    /// <summary>Exim's complaint about text behind a value.</summary>
    public static string ExtraCharacters(string what, string option, ReadOnlySpan<char> rest) =>
        $"extra characters follow {what} {option}{(rest.StartsWith("#") ? " (# is comment only at line start)" : "")}";

    /// <summary>Is a value well-formed for its option? Values with <c>$</c> references are seen only when they are used.</summary>
    public static string? Check(OptionDefinition option, string? value) => option.Type switch
    {
        _ when value is null => null,
        OptionType.Bool => ReadBool(value, option.Name, out _),
        OptionType.ExpandedBool when !value.Contains('$', StringComparison.Ordinal) => ReadBool(value, option.Name, out _),
        OptionType.Integer => ReadInteger(value, option.Name, out _),
        OptionType.Octal => ReadOctal(value, option.Name, out _),
        OptionType.Fixed => ReadFixed(value, option.Name, out _),
        OptionType.Time => ReadTime(value, option.Name, out _),
        OptionType.TimeList => ReadTimeList(value, option.Name, out _),
        _ => null,
    };

    private static bool TryReadOctal(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        if (text.IsEmpty || text.Length > 21 || text.ContainsAnyExceptInRange('0', '7'))
        {
            return false;
        }

        foreach (var c in text)
        {
            value = (value * 8) + (c - '0');
        }

        return value >= 0;
    }
}
