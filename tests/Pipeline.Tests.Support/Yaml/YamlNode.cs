namespace Pipeline.Tests.Support.Yaml;

/// <summary>A node of a document read by <see cref="YamlReader"/>.</summary>
public abstract record YamlNode
{
    public YamlNode this[string key] => Find(key) ?? throw new KeyNotFoundException($"no key \"{key}\" in {this}");

    public YamlNode? Find(string key) => this is YamlMap map ? map.Entries.FirstOrDefault(e => e.Key == key).Value : null;

    /// <summary>The text of a scalar.</summary>
    public string Text => this is YamlScalar scalar ? scalar.Value : throw new InvalidDataException($"not a scalar: {this}");

    /// <summary>The items of a list; a scalar counts as a list of itself.</summary>
    public IReadOnlyList<YamlNode> Items => this is YamlList list ? list.Values : [this];

    public IReadOnlyList<KeyValuePair<string, YamlNode>> Entries => this is YamlMap map ? map.Pairs : [];
}

/// <summary>Text. <paramref name="IsPlain"/>: written without quotes, so that it could be a number or a word with a meaning.</summary>
public sealed record YamlScalar(string Value, bool IsPlain) : YamlNode;

public sealed record YamlList(IReadOnlyList<YamlNode> Values) : YamlNode;

public sealed record YamlMap(IReadOnlyList<KeyValuePair<string, YamlNode>> Pairs) : YamlNode;
