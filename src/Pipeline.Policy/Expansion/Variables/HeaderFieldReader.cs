using System.Text;

namespace Pipeline.Policy.Expansion.Variables;

/// <summary>Walks over the fields of a header block. Lines may end in CRLF or LF; a line that is no field ends the walk over it silently.</summary>
internal ref struct HeaderFieldReader(ReadOnlySpan<byte> block)
{
    private ReadOnlySpan<byte> _rest = block;

    /// <summary>The field name without blanks before the colon.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Everything behind the colon, with folds and the final line end.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    public bool Read()
    {
        while (!_rest.IsEmpty)
        {
            var field = TakeField();
            var colon = field.IndexOf((byte)':');
            if (colon > 0)
            {
                Name = field[..colon].TrimEnd(" \t"u8);
                Value = field[(colon + 1)..];
                return true;
            }
        }

        return false;
    }

    public readonly bool IsNamed(string name) => Ascii.EqualsIgnoreCase(Name, name);

    private ReadOnlySpan<byte> TakeField()
    {
        var end = 0;
        do
        {
            var line = _rest[end..].IndexOf((byte)'\n');
            end = line < 0 ? _rest.Length : end + line + 1;
        }
        while (end < _rest.Length && _rest[end] is (byte)' ' or (byte)'\t');

        var field = _rest[..end];
        _rest = _rest[end..];
        return field;
    }
}
