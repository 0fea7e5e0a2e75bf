namespace Pipeline.Mail.Message;

/// <summary>Steps over the fields of a stored header block, which is well formed: fields end in CRLF, folds begin with a blank or tab.</summary>
/// <remarks>
/// Where <see cref="HeaderBlock"/> checks a header that comes in and keeps an index of it, this reads one that was checked before. Allocates nothing.
/// A text that is not well formed is stepped over as well: what is no field has an empty name.
/// </remarks>
public struct HeaderFields(ReadOnlyMemory<byte> block)
{
    private ReadOnlyMemory<byte> _rest = block;

    public HeaderField Current { get; private set; }

    /// <summary>The field with its folds and its final CRLF.</summary>
    public ReadOnlyMemory<byte> CurrentLines { get; private set; }

    public readonly HeaderFields GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var text = _rest.Span;
        var next = 0;
        var end = 0;
        do
        {
            var line = text[next..].IndexOf("\r\n"u8);
            end = line < 0 ? text.Length : next + line;
            next = line < 0 ? text.Length : end + 2;
        }
        while (next < text.Length && text[next] is (byte)' ' or (byte)'\t');

        var colon = text[..end].IndexOf((byte)':');
        Current = new HeaderField(_rest[..end], text[..Math.Max(0, colon)].TrimEnd(" \t"u8).Length, colon);
        CurrentLines = _rest[..next];
        _rest = _rest[next..];
        return true;
    }

    /// <summary>The text of the first field of a name, any case, as <see cref="HeaderField.Text"/> gives it; empty when there is none.</summary>
    public static ReadOnlySpan<byte> FindText(ReadOnlyMemory<byte> block, ReadOnlySpan<byte> name)
    {
        foreach (var field in new HeaderFields(block))
        {
            if (field.HasName(name))
            {
                return field.Text;
            }
        }

        return default;
    }
}
