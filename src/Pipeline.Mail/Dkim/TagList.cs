using System.Buffers;
using System.Text;

namespace Pipeline.Mail.Dkim;

/// <summary>A tag=value list (RFC 6376 section 3.2) over the octets it was read from. DKIM, ARC and their key records share the form.</summary>
public sealed class TagList
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly List<Tag> _tags = [];

    private TagList(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    public static TagList Empty { get; } = new(ReadOnlyMemory<byte>.Empty);

    public int Count => _tags.Count;

    /// <summary>Name of the first tag: v= must be there in a key record, i= in an ARC field.</summary>
    public string FirstName => _tags.Count == 0 ? "" : NameOf(_tags[0]);

    /// <summary>Reads a whole list.</summary>
    /// <param name="maxTags">More tags than this make the list invalid.</param>
    /// <param name="problem">On failure, what is wrong, in words.</param>
    public static bool TryParse(ReadOnlyMemory<byte> bytes, int maxTags, out TagList list, out string problem)
    {
        list = new TagList(bytes);
        var span = bytes.Span;
        var names = new HashSet<string>(StringComparer.Ordinal);
        var position = 0;
        while (true)
        {
            var end = span[position..].IndexOf((byte)';');
            end = end < 0 ? span.Length : position + end;
            if (!TryReadTag(span, position, end, out var tag, out problem))
            {
                return false;
            }

            if (!names.Add(list.NameOf(tag)))
            {
                // RFC 6376 section 3.2: a repeated tag name makes the whole list invalid; which one wins differs between implementations.
                problem = $"the tag {list.NameOf(tag)}= is given twice";
                return false;
            }

            if (list._tags.Count == maxTags)
            {
                problem = $"more than {maxTags} tags";
                return false;
            }

            list._tags.Add(tag);
            position = end + 1;
            if (position >= span.Length || span[position..].IndexOfAnyExcept(WhiteSpace) < 0)
            {
                // The end, perhaps behind a final semicolon and white space.
                return true;
            }
        }
    }

    /// <summary>Whether the tag is present, and its value with white space inside but none around it.</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        if (Find(name) is { } tag)
        {
            value = Trim(_bytes.Span[tag.ValueStart..tag.ValueEnd]);
            return true;
        }

        value = [];
        return false;
    }

    /// <summary>
    /// Where the value of a tag lies, from behind its equals sign to before its semicolon: what is deleted from a signature field before it is
    /// hashed, white space around the value included (RFC 6376 section 3.7).
    /// </summary>
    public Range ExtentOf(ReadOnlySpan<byte> name) => Find(name) is { } tag ? tag.ValueStart..tag.ValueEnd : 0..0;

    /// <summary>The value of a tag as text; UTF-8 (RFC 8616 section 3).</summary>
    public string? Text(ReadOnlySpan<byte> name) => TryGet(name, out var value) ? Encoding.UTF8.GetString(value) : null;

    public bool HasAll(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Find(Encoding.ASCII.GetBytes(name)) is null)
            {
                return false;
            }
        }

        return true;
    }

    private Tag? Find(ReadOnlySpan<byte> name)
    {
        foreach (var tag in _tags)
        {
            if (_bytes.Span.Slice(tag.NameStart, tag.NameLength).SequenceEqual(name))
            {
                return tag;
            }
        }

        return null;
    }

    private string NameOf(Tag tag) => Encoding.ASCII.GetString(_bytes.Span.Slice(tag.NameStart, tag.NameLength));

    private static bool TryReadTag(ReadOnlySpan<byte> span, int start, int end, out Tag tag, out string problem)
    {
        tag = default;
        var element = span[start..end];
        var nameStart = element.IndexOfAnyExcept(WhiteSpace);
        if (nameStart < 0)
        {
            problem = "an element of the tag list is empty";
            return false;
        }

        var nameLength = element[nameStart..].IndexOfAnyExcept(NameOctets);
        if (nameLength <= 0 || !char.IsAsciiLetter((char)element[nameStart]))
        {
            problem = nameLength < 0 ? "an element of the tag list has no equals sign" : "a tag name holds an octet that is not allowed";
            return false;
        }

        var equals = element[(nameStart + nameLength)..].IndexOfAnyExcept(WhiteSpace);
        if (equals < 0 || element[equals += nameStart + nameLength] != (byte)'=')
        {
            problem = "an element of the tag list has no equals sign";
            return false;
        }

        // Octets from 0x80 are let through: RFC 8616 put UTF-8 into d=, i= and s=, and key owners write it in n=. What a tag may hold is
        // checked where the tag is used.
        if (element[(equals + 1)..].ContainsAny(ForbiddenInValue))
        {
            problem = "a tag value holds a control character";
            return false;
        }

        tag = new Tag(start + nameStart, nameLength, start + equals + 1, end);
        problem = "";
        return true;
    }

    internal static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> value)
    {
        var start = value.IndexOfAnyExcept(WhiteSpace);
        return start < 0 ? [] : value[start..(value.LastIndexOfAnyExcept(WhiteSpace) + 1)];
    }

    private readonly record struct Tag(int NameStart, int NameLength, int ValueStart, int ValueEnd);

    /// <summary>FWS of RFC 6376 section 2.8. Where its parts may stand is not checked: a fold was found by the header reader already.</summary>
    internal static readonly SearchValues<byte> WhiteSpace = SearchValues.Create(" \t\r\n"u8);

    private static readonly SearchValues<byte> NameOctets = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"u8);

    private static readonly SearchValues<byte> ForbiddenInValue =
        SearchValues.Create([0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127]);
}
