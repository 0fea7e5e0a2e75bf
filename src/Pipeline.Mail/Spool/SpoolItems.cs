using System.Globalization;
using System.Net;

namespace Pipeline.Mail.Spool;

/// <summary>The items of a spool header file by name, while it is being read. The first value that cannot be read is kept as the error.</summary>
internal sealed class SpoolItems
{
    // There are about 45 items; a file with more names than this is full of things that no version ever wrote.
    private const int MaxItems = 256;

    private readonly Dictionary<string, string?> _items = new(StringComparer.Ordinal);

    public string? Error { get; private set; }

    /// <summary>A line without its hyphens: a name alone, or a name, a blank and a value.</summary>
    public void Add(string line)
    {
        var blank = line.IndexOf(' ', StringComparison.Ordinal);
        var name = blank < 0 ? line : line[..blank];
        if (_items.Count < MaxItems || _items.ContainsKey(name))
        {
            _items[name] = blank < 0 ? null : line[(blank + 1)..];
        }
        else
        {
            Error ??= "too many items";
        }
    }

    public bool Flag(string name) => _items.TryGetValue(name, out var value) && value is null;

    public string? Text(string name) => _items.GetValueOrDefault(name);

    public long? Number(string name, long max)
    {
        if (!_items.TryGetValue(name, out var value))
        {
            return null;
        }

        if (long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max)
        {
            return number;
        }

        Error ??= $"item {name} is not a number";
        return null;
    }

    public int Int(string name, int max = int.MaxValue) => (int)(Number(name, max) ?? 0);

    /// <summary>A number with 0x before it.</summary>
    public int Hex(string name)
    {
        if (!_items.TryGetValue(name, out var value))
        {
            return 0;
        }

        if (value is not null && value.StartsWith("0x", StringComparison.Ordinal)
            && int.TryParse(value.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        Error ??= $"item {name} is not a hexadecimal number";
        return 0;
    }

    /// <summary>The digits behind a dot, as millionths; more than six are cut.</summary>
    public int Microseconds(string name)
    {
        if (!_items.TryGetValue(name, out var value))
        {
            return 0;
        }

        if (value is ['.', .. var digits] && digits.Length > 0
            && int.TryParse(digits.AsSpan(0, Math.Min(6, digits.Length)), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            for (var i = digits.Length; i < 6; i++)
            {
                number *= 10;
            }

            return number;
        }

        Error ??= $"item {name} is not a fraction";
        return 0;
    }

    public IPEndPoint? EndPoint(string name)
    {
        if (!_items.TryGetValue(name, out var value))
        {
            return null;
        }

        if (value is null || !SpoolAddress.TryParse(value, out var endPoint))
        {
            Error ??= $"item {name} is not an address";
            return null;
        }

        return endPoint;
    }
}
