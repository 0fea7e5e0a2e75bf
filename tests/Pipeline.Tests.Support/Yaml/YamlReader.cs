namespace Pipeline.Tests.Support.Yaml;

/// <summary>
/// Reads the part of YAML that published test suites use: block and flow collections, all five kinds of scalars, anchors, explicit keys, several
/// documents in a file. Everything is text; no types, no tags.
/// </summary>
public sealed class YamlReader
{
    private readonly YamlCursor _at;
    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);

    private YamlReader(string text) => _at = new YamlCursor(text);

    public static IReadOnlyList<YamlNode> ReadDocuments(string text)
    {
        var reader = new YamlReader(text);
        var documents = new List<YamlNode>();
        while (reader._at.SkipToContent())
        {
            if (reader._at.TakeDocumentMark())
            {
                continue;
            }

            documents.Add(reader.ReadBlock(-1) ?? throw reader._at.Error("a document cannot be read"));
        }

        return documents;
    }

    public static YamlNode ReadFile(string path) => ReadDocuments(File.ReadAllText(path))[0];

    /// <summary>The node that begins here or on the lines below, indented more than its parent; null when there is none.</summary>
    private YamlNode? ReadBlock(int parentIndent)
    {
        if (!_at.SkipToContent() || _at.Column <= parentIndent || _at.IsDocumentMark)
        {
            return null;
        }

        if (_at.Current == '&')
        {
            var name = _at.TakeAnchorName();
            var node = ReadBlock(parentIndent) ?? new YamlScalar("", false);
            return _anchors[name] = node;
        }

        if (_at.Current == '*')
        {
            return _anchors[_at.TakeAnchorName()];
        }

        var column = _at.Column;
        if (_at.IsAtIndicator('-'))
        {
            return ReadSequence(column);
        }

        if (_at.IsAtIndicator('?') || _at.IsAtKey())
        {
            return ReadMapping(column);
        }

        return _at.Current switch
        {
            '|' or '>' => new YamlScalar(YamlScalars.ReadBlockScalar(_at, parentIndent), false),
            '[' or '{' => ReadFlow(),
            '"' or '\'' => new YamlScalar(YamlScalars.ReadQuoted(_at), false),
            _ => new YamlScalar(YamlScalars.ReadPlain(_at, parentIndent), true),
        };
    }

    private YamlList ReadSequence(int column)
    {
        var items = new List<YamlNode>();
        while (_at.SkipToContent() && _at.Column == column && !_at.IsDocumentMark && _at.IsAtIndicator('-'))
        {
            _at.Advance(1);
            items.Add(ReadBlock(column) ?? new YamlScalar("", true));
        }

        return new YamlList(items);
    }

    private YamlMap ReadMapping(int column)
    {
        var pairs = new List<KeyValuePair<string, YamlNode>>();
        while (_at.SkipToContent() && _at.Column == column && !_at.IsDocumentMark)
        {
            string key;
            if (_at.IsAtIndicator('?'))
            {
                _at.Advance(1);
                key = (ReadBlock(column) ?? throw _at.Error("a key is missing")).Text;
                if (!_at.SkipToContent() || _at.Column != column || !_at.IsAtIndicator(':'))
                {
                    throw _at.Error("a value is missing");
                }
            }
            else
            {
                key = _at.TakeKey();
            }

            _at.Advance(1);
            pairs.Add(new(key, ReadMappingValue(column)));
        }

        return new YamlMap(pairs);
    }

    /// <summary>A sequence may stand at the same indent as the key it belongs to.</summary>
    private YamlNode ReadMappingValue(int column)
    {
        var startLine = _at.Line;
        if (ReadBlock(column) is { } value)
        {
            return value;
        }

        return _at.SkipToContent() && _at.Line > startLine && _at.Column == column && _at.IsAtIndicator('-') && !_at.IsDocumentMark
            ? ReadSequence(column)
            : new YamlScalar("", true);
    }

    private YamlNode ReadFlow()
    {
        var isMap = _at.Current == '{';
        var end = isMap ? '}' : ']';
        _at.Advance(1);
        var items = new List<YamlNode>();
        var pairs = new List<KeyValuePair<string, YamlNode>>();
        while (_at.SkipToContent() && _at.Current != end)
        {
            var item = ReadFlowItem();
            _at.SkipToContent();
            if (isMap)
            {
                _at.Expect(':');
                _at.SkipToContent();
                pairs.Add(new(item.Text, ReadFlowItem()));
                _at.SkipToContent();
            }
            else
            {
                items.Add(item);
            }

            if (_at.Current == ',')
            {
                _at.Advance(1);
            }
        }

        _at.Expect(end);
        return isMap ? new YamlMap(pairs) : new YamlList(items);
    }

    private YamlNode ReadFlowItem() => _at.Current switch
    {
        '[' or '{' => ReadFlow(),
        '"' or '\'' => new YamlScalar(YamlScalars.ReadQuoted(_at), false),
        '*' => _anchors[_at.TakeAnchorName()],
        _ => new YamlScalar(_at.TakeUntilAny(",]}:\n").Trim(), true),
    };
}
