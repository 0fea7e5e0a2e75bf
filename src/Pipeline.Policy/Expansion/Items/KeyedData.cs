using System.Text;
using Pipeline.Policy.Expansion.Parsing;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion.Items;

/// <summary>Text of the form <c>key=value key = "quoted value"</c>, as lookups with several columns return it.</summary>
internal static class KeyedData
{
    /// <summary>The value of the first key that is equal, letter case apart, or null.</summary>
    public static string? Find(string data, string key)
    {
        var position = 0;
        while (true)
        {
            SkipBlanks(data, ref position);
            if (position >= data.Length)
            {
                return null;
            }

            var start = position;
            while (position < data.Length && data[position] != '=' && !ListSyntax.IsBlank(data[position]))
            {
                position++;
            }

            var name = data[start..position];
            SkipBlanks(data, ref position);
            if (position < data.Length && data[position] == '=')
            {
                position++;
                SkipBlanks(data, ref position);
            }

            var value = ReadValue(data, ref position);
            if (name.Equals(key, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }
    }

    /// <summary>Reads a value: a string in double quotes with escapes, or everything up to a blank.</summary>
    public static string ReadValue(string data, ref int position)
    {
        var start = position;
        if (position >= data.Length || data[position] != '"')
        {
            while (position < data.Length && !ListSyntax.IsBlank(data[position]))
            {
                position++;
            }

            return data[start..position];
        }

        var value = new StringBuilder();
        position++;
        while (position < data.Length && data[position] != '"')
        {
            if (data[position] == '\\' && position + 1 < data.Length)
            {
                var (c, length) = EscapeSequence.Read(data.AsSpan(position));
                value.Append(c);
                position += length;
            }
            else
            {
                value.Append(data[position++]);
            }
        }

        position = Math.Min(position + 1, data.Length);
        return value.ToString();
    }

    private static void SkipBlanks(string data, ref int position)
    {
        while (position < data.Length && ListSyntax.IsBlank(data[position]))
        {
            position++;
        }
    }
}
