using System.Buffers;
using System.Text;

namespace Pipeline.Mail.Message;

/// <summary>A view of one header field (RFC 5322 section 2.2) within the octets of its block; nothing is copied or unfolded.</summary>
public readonly struct HeaderField
{
    /// <summary>ftext of RFC 5322 section 3.6.8: printable US-ASCII without the colon.</summary>
    public static readonly SearchValues<byte> NameOctets =
        SearchValues.Create("!\"#$%&'()*+,-./0123456789;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    private readonly ReadOnlyMemory<byte> _raw;
    private readonly int _nameLength;
    private readonly int _colon;

    internal HeaderField(ReadOnlyMemory<byte> raw, int nameLength, int colon)
    {
        _raw = raw;
        _nameLength = nameLength;
        _colon = colon;
    }

    /// <summary>The whole field as received, with its folds and without the CRLF that ends it.</summary>
    public ReadOnlyMemory<byte> Raw => _raw;

    /// <summary>The name as received, without the white space that RFC 5322 section 4.5 allows before the colon.</summary>
    public ReadOnlySpan<byte> Name => _raw.Span[.._nameLength];

    /// <summary>Everything after the colon, with the leading blank and the folds, without the final CRLF.</summary>
    public ReadOnlyMemory<byte> Value => _raw[(_colon + 1)..];

    /// <summary>The value with its folds, trimmed of blanks and line ends.</summary>
    public ReadOnlySpan<byte> Text => Value.Span.Trim(" \t\r\n"u8);

    /// <summary>Offset of the colon within <see cref="Raw"/>.</summary>
    public int ColonOffset => _colon;

    /// <summary>Whether the field has this name; field names compare without regard to case (RFC 5322 section 1.2.2).</summary>
    public bool HasName(ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(Name, name);

    /// <inheritdoc cref="HasName(ReadOnlySpan{byte})"/>
    public bool HasName(string name) => Ascii.EqualsIgnoreCase(Name, name);

    /// <summary>The value unfolded (each CRLF removed) and trimmed, one char for each octet.</summary>
    public string UnfoldedText()
    {
        var value = Value.Span;
        var buffer = new byte[value.Length];
        var length = 0;
        while (!value.IsEmpty)
        {
            var fold = value.IndexOf("\r\n"u8);
            var piece = fold < 0 ? value : value[..fold];
            piece.CopyTo(buffer.AsSpan(length));
            length += piece.Length;
            value = fold < 0 ? [] : value[(fold + 2)..];
        }

        return Encoding.Latin1.GetString(buffer, 0, length).Trim(' ', '\t');
    }

    public override string ToString() => Encoding.Latin1.GetString(_raw.Span);
}
