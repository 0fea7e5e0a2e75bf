using System.Globalization;
using MySqlConnector;
using Pipeline.Policy.Expansion;

namespace Pipeline.Connectors.Lookups;

/// <summary>Writes values as the MySQL server itself does, one char for each octet. Noughts at the end of a fraction of a second are left out.</summary>
internal static class MysqlValue
{
    /// <returns>Null for NULL.</returns>
    public static string? Read(MySqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDataTypeName(column) switch
    {
        "DECIMAL" => reader.GetMySqlDecimal(column).ToString(),
        "BIT" => Bits(reader.GetFieldValue<ulong>(column)),
        "DATE" => Date(reader.GetMySqlDateTime(column)),
        "DATETIME" or "TIMESTAMP" => Date(reader.GetMySqlDateTime(column)) + Time(reader.GetMySqlDateTime(column)),
        _ => Text(reader.GetValue(column)),
    };

    internal static string Text(object value) => value switch
    {
        string text => OctetString.FromText(text),
        byte[] octets => OctetString.FromBytes(octets),
        double number => Number(number.ToString("R", CultureInfo.InvariantCulture)),
        float number => Number(number.ToString("R", CultureInfo.InvariantCulture)),
        TimeSpan time => Duration(time),
        _ => OctetString.FromText(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""),
    };

    /// <summary>MySQL writes 0.00001 and 1e15, and an exponent below the fifteenth place behind the point only; .NET writes 1E-05 and 1000000000000000.</summary>
    internal static string Number(string written)
    {
        const int MaxPlaces = 15;
        var sign = written.StartsWith('-') ? "-" : "";
        var digits = written.AsSpan(sign.Length);
        var at = digits.IndexOf('E');
        if (at < 0)
        {
            return digits.Length > MaxPlaces && digits[^1] == '0' && !digits.Contains('.') ? Scientific(sign, digits.TrimEnd('0'), digits.Length - 1) : written;
        }

        var exponent = int.Parse(digits[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = digits[..at].ToString().Replace(".", "", StringComparison.Ordinal);
        return exponent is < 0 and >= -MaxPlaces ? $"{sign}0.{new string('0', -exponent - 1)}{mantissa}" : Scientific(sign, mantissa, exponent);
    }

    private static string Scientific(string sign, ReadOnlySpan<char> digits, int exponent) =>
        string.Create(CultureInfo.InvariantCulture, $"{sign}{digits[0]}{(digits.Length > 1 ? "." : "")}{digits[1..]}e{exponent}");

    private static string Bits(ulong value)
    {
        Span<byte> octets = stackalloc byte[sizeof(ulong)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(octets, value);
        return OctetString.FromBytes(octets[Math.Min(octets.IndexOfAnyExcept((byte)0) is var first and >= 0 ? first : octets.Length, octets.Length - 1)..]);
    }

    /// <summary>Months and days may be nought.</summary>
    private static string Date(MySqlDateTime value) => string.Create(CultureInfo.InvariantCulture, $"{value.Year:0000}-{value.Month:00}-{value.Day:00}");

    private static string Time(MySqlDateTime value) =>
        string.Create(CultureInfo.InvariantCulture, $" {value.Hour:00}:{value.Minute:00}:{value.Second:00}{Fraction(value.Microsecond)}");

    private static string Duration(TimeSpan value)
    {
        var size = value.Duration();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(value < TimeSpan.Zero ? "-" : "")}{(int)size.TotalHours:00}:{size.Minutes:00}:{size.Seconds:00}{Fraction((int)(size.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond))}");
    }

    private static string Fraction(int microseconds) =>
        microseconds == 0 ? "" : "." + microseconds.ToString("000000", CultureInfo.InvariantCulture).TrimEnd('0');
}
