using System.Text;

namespace Pipeline.Policy.Lists;

/// <summary>Reads the items of a list one after the other (the syntax is that of <see cref="ListSyntax"/>).</summary>
public ref struct ListReader
{
    private readonly ReadOnlySpan<char> _text;
    private int _position;

    public ListReader(ReadOnlySpan<char> list, char separator = ':')
    {
        _text = list;
        Separator = separator;
        SkipBlanks();
        if (_position + 1 < list.Length && list[_position] == '<' && IsSeparatorChoice(list[_position + 1]))
        {
            Separator = list[_position + 1];
            _position += 2;
        }
    }

    public char Separator { get; }

    public bool TryRead(out string item)
    {
        SkipBlanks();
        if (_position >= _text.Length)
        {
            item = "";
            return false;
        }

        // A control character cannot be doubled: two of them are an empty item.
        var doubling = !char.IsControl(Separator);
        var start = _position;
        StringBuilder? joined = null;
        while (_position < _text.Length)
        {
            if (_text[_position] != Separator)
            {
                _position++;
            }
            else if (doubling && _position + 1 < _text.Length && _text[_position + 1] == Separator)
            {
                (joined ??= new StringBuilder()).Append(_text[start..(_position + 1)]);
                _position += 2;
                start = _position;
            }
            else
            {
                break;
            }
        }

        var rest = _text[start.._position];
        item = joined is null ? TrimEnd(rest).ToString() : TrimEnd(joined.Append(rest).ToString()).ToString();
        if (_position < _text.Length)
        {
            _position++;
        }

        return true;
    }

    private static bool IsSeparatorChoice(char c) => c < 0x80 && (char.IsPunctuation(c) || char.IsSymbol(c) || char.IsControl(c));

    private static ReadOnlySpan<char> TrimEnd(ReadOnlySpan<char> text)
    {
        var end = text.Length;
        while (end > 0 && ListSyntax.IsBlank(text[end - 1]))
        {
            end--;
        }

        return text[..end];
    }

    private void SkipBlanks()
    {
        while (_position < _text.Length && _text[_position] != Separator && ListSyntax.IsBlank(_text[_position]))
        {
            _position++;
        }
    }
}
