using System.Text;

namespace Pipeline.Mail.Dkim;

/// <summary>Writes a tag list into a header field: <c>name=value; </c> with a fold of CRLF TAB wherever a line would pass 78 columns.</summary>
internal sealed class FoldedTagWriter
{
    private const int MaxColumns = 78;
    private const string Fold = "\r\n\t";

    private readonly StringBuilder _text;
    private int _column;
    private bool _hasTags;

    public FoldedTagWriter(string fieldStart)
    {
        _text = new StringBuilder(fieldStart);
        _column = fieldStart.Length;
    }

    /// <summary>A tag whose value must stay on one line.</summary>
    public void Tag(string name, string value) => Piece($"{name}={value}", startsTag: true);

    /// <summary>A list separated by colons, which may be folded behind each of them.</summary>
    public void List(string name, IReadOnlyList<string> items)
    {
        for (var i = 0; i < items.Count; i++)
        {
            Piece($"{(i == 0 ? $"{name}=" : "")}{items[i]}{(i < items.Count - 1 ? ":" : "")}", startsTag: i == 0);
        }
    }

    /// <summary>A tag with base64 text, which may be folded anywhere.</summary>
    public void Long(string name, string value)
    {
        Open(name);
        Value(value);
    }

    /// <summary>A tag whose value comes later, by <see cref="Value"/>.</summary>
    public void Open(string name) => Piece($"{name}=", startsTag: true);

    public void Value(string value)
    {
        for (var rest = value.AsSpan(); !rest.IsEmpty;)
        {
            if (_column >= MaxColumns)
            {
                BreakLine();
            }

            var piece = rest[..Math.Min(rest.Length, MaxColumns - _column)];
            _text.Append(piece);
            _column += piece.Length;
            rest = rest[piece.Length..];
        }
    }

    public override string ToString() => _text.ToString();

    private void Piece(string text, bool startsTag)
    {
        if (startsTag && _hasTags)
        {
            _text.Append(';');
            _column++;
        }

        // One column is kept for the semicolon that follows.
        var blank = startsTag && _hasTags ? 1 : 0;
        if (_column + blank + text.Length + 1 > MaxColumns && _hasTags)
        {
            BreakLine();
        }
        else if (blank > 0)
        {
            _text.Append(' ');
            _column++;
        }

        _text.Append(text);
        _column += text.Length;
        _hasTags = true;
    }

    private void BreakLine()
    {
        _text.Append(Fold);
        _column = 1;
    }
}
