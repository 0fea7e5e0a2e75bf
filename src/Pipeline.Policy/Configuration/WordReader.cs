using System.Text;
using Pipeline.Policy.Expansion.Parsing;

namespace Pipeline.Policy.Configuration;

/// <summary>Reads the words of a rule: up to a blank, or in double quotes with the escapes of quoted options.</summary>
internal ref struct WordReader(ReadOnlySpan<char> text)
{
    private ReadOnlySpan<char> _rest = text;

    /// <summary>What has not been read, without the blanks before it.</summary>
    public ReadOnlySpan<char> Rest => _rest.TrimStart();

    /// <summary>There is a blank, or nothing, where the next word could begin.</summary>
    public bool BeginsWithBlank => _rest.IsEmpty || _rest[0] is ' ' or '\t';

    /// <summary>Goes on behind the first characters of <see cref="Rest"/>.</summary>
    public void Skip(int characters) => _rest = Rest[characters..];

    /// <returns>False at the end of the text. A quoted word may be empty; one whose quote is not closed ends with the text.</returns>
    public bool TryRead(out string word)
    {
        word = "";
        _rest = _rest.TrimStart();
        if (_rest.IsEmpty)
        {
            return false;
        }

        word = _rest[0] == '"' ? ReadQuoted() : ReadPlain();
        return true;
    }

    private string ReadPlain()
    {
        var end = _rest.IndexOfAny(' ', '\t');
        var word = (end < 0 ? _rest : _rest[..end]).ToString();
        _rest = end < 0 ? [] : _rest[end..];
        return word;
    }

    private string ReadQuoted()
    {
        var word = new StringBuilder();
        var position = 1;
        while (position < _rest.Length && _rest[position] != '"')
        {
            if (_rest[position] == '\\' && position + 1 < _rest.Length)
            {
                var (c, length) = EscapeSequence.Read(_rest[position..]);
                word.Append(c);
                position += length;
            }
            else
            {
                word.Append(_rest[position++]);
            }
        }

        _rest = position < _rest.Length ? _rest[(position + 1)..] : [];
        return word.ToString();
    }
}
