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

    /// <summary>For the table of a driver, how far the driver itself is done.</summary>
    public Support Support { get; private init; } = Support.Done;

    /// <summary>For the table of a driver that takes no option but its own, what is to be known of the generic ones.</summary>
    public Support GenericSupport { get; private init; } = Support.Done;

    /// <summary>The options of this table, the generic ones, and those of a driver.</summary>
    public OptionTable With(OptionTable driver) => new(Generic(driver.GenericSupport).Concat(driver._options.Values)) { Support = driver.Support };

    /// <summary>The same options, those of the marks with what is to be known of them.</summary>
    /// <param name="marks">Names between blanks, each at most once in all marks, with their support.</param>
    /// <exception cref="ArgumentException">A name is no option, or is marked twice.</exception>
    internal OptionTable Marked(params ReadOnlySpan<(Support Support, string Names)> marks)
    {
        var options = new Dictionary<string, OptionDefinition>(_options, StringComparer.Ordinal);
        foreach (var (support, names) in marks)
        {
            foreach (var name in names.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            {
                options[name] = options.TryGetValue(name, out var option) && option.Support.IsDone
                    ? option with { Support = support }
                    : throw new ArgumentException($"\"{name}\" is no option here, or is marked twice", nameof(marks));
            }
        }

        return new OptionTable(options.Values) { Support = Support };
    }

    /// <summary>The table of a driver that is not done: then its private options need no marks of their own.</summary>
    internal OptionTable OfDriver(Support support) => new(_options.Values) { Support = support };

    /// <summary>The table of a driver that takes no generic option.</summary>
    internal OptionTable WithoutGeneric(Support support) => new(_options.Values) { GenericSupport = support };

    private IEnumerable<OptionDefinition> Generic(Support support) => support.IsDone
        ? _options.Values
        : _options.Values.Select(option => option.Name == "driver" ? option : option with { Support = support });

    /// <summary>Reads a table from names between blanks.</summary>
    internal static IEnumerable<OptionDefinition> Of(OptionType type, string names) =>
        names.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(name => new OptionDefinition(name, type));

    internal static IEnumerable<OptionDefinition> Repeatable(OptionType type, string names) =>
        Of(type, names).Select(option => option with { Repeatable = true });
}
