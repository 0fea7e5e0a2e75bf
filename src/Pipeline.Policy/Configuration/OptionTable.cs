using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Policy.Configuration;

/// <summary>All options of one place of the configuration, each name once with its type.</summary>
public sealed class OptionTable
{
    private readonly FrozenDictionary<string, OptionDefinition> _options;

    public OptionTable(params IEnumerable<OptionDefinition> options) => _options = options.ToFrozenDictionary(o => o.Name, StringComparer.Ordinal);

    public static OptionTable Empty { get; } = new();

    public IEnumerable<OptionDefinition> All => _options.Values;

    public bool TryFind(string name, [NotNullWhen(true)] out OptionDefinition? option) => _options.TryGetValue(name, out option);

    /// <summary>The options of both tables.</summary>
    public OptionTable With(OptionTable other) => new(_options.Values.Concat(other._options.Values));

    /// <summary>Reads a table from names between blanks.</summary>
    internal static IEnumerable<OptionDefinition> Of(OptionType type, string names) =>
        names.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(name => new OptionDefinition(name, type));

    internal static IEnumerable<OptionDefinition> Repeatable(OptionType type, string names) =>
        Of(type, names).Select(option => option with { Repeatable = true });
}
