using System.Text;

namespace Pipeline.Mail.Message;

/// <summary>Steps over the fields of a stored header block, which is well formed: fields end in CRLF, folds begin with a blank or tab.</summary>
/// <remarks>Allocates nothing. A text that is not well formed is stepped over as well: what is no field has an empty name.</remarks>
public ref struct StoredHeaderFields(ReadOnlySpan<byte> block)
{
    private ReadOnlySpan<byte> _rest = block;

    /// <summary>The field with its folds and its final CRLF.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>The name of the field, without the colon and blanks before it.</summary>
    public readonly ReadOnlySpan<byte> Name => Current[..Math.Max(0, Current.IndexOf((byte)':'))].TrimEnd(" \t"u8);

    /// <summary>What follows the colon, with its folds, trimmed of blanks and the final CRLF.</summary>
    public readonly ReadOnlySpan<byte> Body => Current[(Current.IndexOf((byte)':') + 1)..].Trim(" \t\r\n"u8);

    public readonly StoredHeaderFields GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            Current = default;
            return false;
        }

        var end = 0;
        do
        {
            var line = _rest[end..].IndexOf("\r\n"u8);
            end = line < 0 ? _rest.Length : end + line + 2;
        }
        while (end < _rest.Length && _rest[end] is (byte)' ' or (byte)'\t');

        Current = _rest[..end];
        _rest = _rest[end..];
        return true;
    }

    /// <summary>The body of the first field of a name, any case, as <see cref="Body"/> gives it; empty when there is none.</summary>
    public static ReadOnlySpan<byte> FindBody(ReadOnlySpan<byte> block, ReadOnlySpan<byte> name)
    {
        foreach (var field in new StoredHeaderFields(block))
        {
            var colon = field.IndexOf((byte)':');
            if (colon >= 0 && Ascii.EqualsIgnoreCase(field[..colon].TrimEnd(" \t"u8), name))
            {
                return field[(colon + 1)..].Trim(" \t\r\n"u8);
            }
        }

        return default;
    }
}
