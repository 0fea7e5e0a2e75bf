using System.Globalization;
using System.Text;

namespace Pipeline.Mail.Mime;

/// <summary>A field value with parameters (RFC 2045 section 5.1), whose parameters may be continued and encoded (RFC 2231).</summary>
/// <remarks>
/// Tolerant, as the programs are that show the message: a value without quotes goes on to the next semicolon, blanks and all; what is no parameter is passed over.
/// </remarks>
internal sealed class MimeFieldValue
{
    /// <summary>More parameters, and more segments of one, are not looked at.</summary>
    private const int MaxParameters = 200;

    private readonly Dictionary<string, string> _plain = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, SortedDictionary<int, Segment>> _segments = new(StringComparer.OrdinalIgnoreCase);

    private MimeFieldValue(string word) => Word = word;

    /// <summary>What stands before the parameters, without comments and blanks, lower case.</summary>
    public string Word { get; }

    /// <summary>The value of a parameter; null when there is none. One in the form of RFC 2231 comes before a plain one.</summary>
    public string? this[string name] => _segments.TryGetValue(name, out var segments) && segments.ContainsKey(0)
        ? Join(segments)
        : _plain.GetValueOrDefault(name);

    /// <param name="text">Unfolded, one char for each octet.</param>
    public static MimeFieldValue Parse(string text)
    {
        var end = text.IndexOf(';', StringComparison.Ordinal);
        var value = new MimeFieldValue(Bare(end < 0 ? text : text[..end]));
        var count = 0;
        while (end >= 0 && end < text.Length && count++ < MaxParameters)
        {
            end = value.ReadParameter(text, end + 1);
        }

        return value;
    }

    /// <returns>Where the semicolon behind the parameter stands, or the end.</returns>
    private int ReadParameter(string text, int start)
    {
        var stop = text.AsSpan(start).IndexOfAny('=', ';');
        if (stop < 0)
        {
            return text.Length;
        }

        stop += start;
        if (text[stop] == ';')
        {
            return stop;
        }

        var name = text[start..stop].Trim();
        var position = stop + 1;
        while (position < text.Length && text[position] is ' ' or '\t')
        {
            position++;
        }

        string value;
        if (position < text.Length && text[position] == '"')
        {
            (value, position) = ReadQuoted(text, position + 1);
            var next = text.IndexOf(';', position);
            position = next < 0 ? text.Length : next;
        }
        else
        {
            var next = text.IndexOf(';', position);
            var last = next < 0 ? text.Length : next;
            value = text[position..last].Trim();
            position = last;
        }

        Add(name, value);
        return position;
    }

    private static (string Value, int Next) ReadQuoted(string text, int position)
    {
        var value = new StringBuilder();
        for (; position < text.Length && text[position] != '"'; position++)
        {
            if (text[position] == '\\' && position + 1 < text.Length)
            {
                position++;
            }

            value.Append(text[position]);
        }

        return (value.ToString(), Math.Min(position + 1, text.Length));
    }

    private void Add(string name, string value)
    {
        var star = name.IndexOf('*', StringComparison.Ordinal);
        if (star < 0)
        {
            _plain[name] = value;
            return;
        }

        var encoded = name.EndsWith('*');
        var number = encoded && star == name.Length - 1 ? "0" : name[(star + 1)..].TrimEnd('*');
        if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < MaxParameters)
        {
            var key = name[..star];
            if (!_segments.TryGetValue(key, out var segments))
            {
                _segments.Add(key, segments = []);
            }

            segments[index] = new Segment(value, encoded);
        }
    }

    private static string Join(SortedDictionary<int, Segment> segments)
    {
        var joined = new StringBuilder();
        var expected = 0;
        foreach (var (index, segment) in segments)
        {
            if (index != expected++)
            {
                break; // RFC 2231 section 3: the numbers go up by one
            }

            joined.Append(segment.IsEncoded ? Decode(index == 0 ? WithoutCharset(segment.Text) : segment.Text) : segment.Text);
        }

        return joined.ToString();
    }

    /// <summary><c>charset'language'</c> stands before the text (RFC 2231 section 4).</summary>
    private static string WithoutCharset(string text)
    {
        var first = text.IndexOf('\'', StringComparison.Ordinal);
        var second = first < 0 ? -1 : text.IndexOf('\'', first + 1);
        return second < 0 ? text : text[(second + 1)..];
    }

    private static string Decode(string text)
    {
        var decoded = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, null, out var octet))
            {
                decoded.Append((char)octet);
                i += 2;
            }
            else
            {
                decoded.Append(text[i]);
            }
        }

        return decoded.ToString();
    }

    /// <summary>Without comments, which may be nested, and blanks.</summary>
    private static string Bare(string text)
    {
        var bare = new StringBuilder(text.Length);
        var depth = 0;
        foreach (var c in text)
        {
            depth += c == '(' ? 1 : 0;
            if (depth == 0 && c is not (' ' or '\t'))
            {
                bare.Append(char.ToLowerInvariant(c));
            }

            depth -= c == ')' && depth > 0 ? 1 : 0;
        }

        return bare.ToString();
    }

    private readonly record struct Segment(string Text, bool IsEncoded);
}
