using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Rewriting;

namespace Pipeline.Policy.Configuration;

/// <summary>Reads typed options out of settings; an option that was not set gives the default the caller names.</summary>
/// <remarks>
/// A value that is not of its type adds a problem and gives the default. Asking for a name that is not in the table is a mistake of the caller
/// and throws <see cref="ArgumentException"/>.
/// </remarks>
public class OptionReader
{
    private readonly IReadOnlyList<OptionSetting> _settings;
    private readonly OptionTable _table;
    private readonly ICollection<ConfigurationProblem> _problems;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, object> _defaults = new(StringComparer.Ordinal);

    public OptionReader(IReadOnlyList<OptionSetting> settings, OptionTable table, ICollection<ConfigurationProblem> problems)
    {
        _settings = settings;
        _table = table;
        _problems = problems;
    }

    protected IReadOnlyList<OptionSetting> Settings => _settings;

    /// <summary>Every option that was asked for, set or not: what a table calls done must be among them.</summary>
    public IReadOnlySet<string> Asked => _asked;

    /// <summary>What the options that were asked for are when they are not set; an option that has no value then is absent.</summary>
    public IReadOnlyDictionary<string, object> Defaults => _defaults;

    public bool IsSet(string name) => Find(name) is not null;

    /// <summary>The setting as written, or null.</summary>
    public OptionSetting? Find(string name)
    {
        if (!_table.TryFind(name, out _))
        {
            throw new ArgumentException($"\"{name}\" is no option here", nameof(name));
        }

        _asked.Add(name);
        return _settings.FirstOrDefault(s => s.Name == name);
    }

    /// <summary>All settings of an option that may be repeated, in the order of the file.</summary>
    public IReadOnlyList<OptionSetting> FindAll(string name)
    {
        _ = Find(name);
        return [.. _settings.Where(s => s.Name == name)];
    }

    /// <summary>The text of a string option, or null.</summary>
    public string? GetString(string name) => Find(name)?.Value;

    public string GetString(string name, string defaultValue) => GetString(name) ?? Default(name, defaultValue);

    /// <summary>A string option to be expanded, or null.</summary>
    public ExpandableString? GetExpandable(string name) => GetString(name) is { } text ? StringExpansion.Compile(text) : null;

    public ExpandableString GetExpandable(string name, string defaultValue) => StringExpansion.Compile(GetString(name, defaultValue));

    /// <summary>All values of a repeatable option, to be expanded one by one.</summary>
    public IReadOnlyList<ExpandableString> GetExpandables(string name) => [.. FindAll(name).Select(s => StringExpansion.Compile(s.Value ?? ""))];

    /// <summary>A string option that is a list, or null.</summary>
    public MailList? GetList(string name, ListKind kind) => GetString(name) is { } text ? MailList.Compile(kind, text) : null;

    public MailList GetList(string name, ListKind kind, string defaultValue) => MailList.Compile(kind, GetString(name, defaultValue));

    /// <summary>A list of rewriting rules; none when it was not set.</summary>
    public RewriteRules GetRewriteRules(string name) =>
        Find(name) is { Value: { } text } setting ? RewriteRules.ParseList(text, setting.Location, _problems) : RewriteRules.None;

    public bool GetBool(string name, bool defaultValue = false) => Find(name) switch
    {
        null => Default(name, defaultValue),
        { Value: null } setting => !setting.Negated,
        { Value: { } text } setting => OptionValue.ReadBool(text, name, out var value) is { } error ? Report(error, setting, defaultValue) : value,
    };

    /// <summary>A Boolean option whose value may be text to be expanded; a plain Boolean becomes <c>true</c> or <c>false</c>.</summary>
    public ExpandableString GetExpandableBool(string name, bool defaultValue) => Find(name) switch
    {
        { Value: { } text } => StringExpansion.Compile(text),
        var setting => StringExpansion.Literal((setting is null ? Default(name, defaultValue) : !setting.Negated) ? "true" : "false"),
    };

    public long GetInteger(string name, long defaultValue) => Read(name, defaultValue, OptionValue.ReadInteger);

    public int GetInt32(string name, int defaultValue) =>
        GetInteger(name, defaultValue) is var value && value is >= int.MinValue and <= int.MaxValue
            ? (int)value
            : Report($"absolute value of integer \"{GetString(name)}\" is too large (overflow)", Find(name)!, defaultValue);

    /// <summary>A number with three decimals, in thousandths; null when it is not set.</summary>
    public long? GetFixed(string name) => IsSet(name) ? Read<long>(name, 0, OptionValue.ReadFixed) : null;

    /// <summary>A file mode or the like, written in octal.</summary>
    public int GetOctal(string name, int defaultValue) => (int)Read<long>(name, defaultValue, OptionValue.ReadOctal);

    public TimeSpan GetTime(string name, TimeSpan defaultValue) => Read(name, defaultValue, OptionValue.ReadTime);

    public IReadOnlyList<TimeSpan> GetTimeList(string name, IReadOnlyList<TimeSpan> defaultValue) =>
        Read(name, defaultValue, OptionValue.ReadTimeList);

    /// <summary>Adds a problem at the line of an option.</summary>
    public void Report(string message, string option) => _problems.Add(new ConfigurationProblem(message, Find(option)?.Location));

    private delegate string? Reader<T>(string text, string option, out T value);

    private T Read<T>(string name, T defaultValue, Reader<T> read)
        where T : notnull => Find(name) switch
        {
            { Value: { } text } setting => read(text, name, out var value) is { } error ? Report(error, setting, defaultValue) : value,
            _ => Default(name, defaultValue),
        };

    private T Default<T>(string name, T value)
        where T : notnull
    {
        _defaults[name] = value;
        return value;
    }

    private T Report<T>(string error, OptionSetting setting, T defaultValue)
    {
        _problems.Add(new ConfigurationProblem(error, setting.Location));
        return defaultValue;
    }
}
