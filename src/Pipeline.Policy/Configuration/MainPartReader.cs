using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Configuration;

/// <summary>Reads the main part: macros, named lists and main options.</summary>
internal sealed class MainPartReader(MacroTable macros, List<ConfigurationProblem> problems)
{
    private static readonly (string Word, ListKind Kind, string Description)[] ListWords =
    [
        ("domainlist", ListKind.Domain, "domain list"), ("hostlist", ListKind.Host, "host list"),
        ("addresslist", ListKind.Address, "address list"), ("localpartlist", ListKind.LocalPart, "local part list"),
    ];

    private readonly List<OptionSetting> _settings = [];
    private readonly List<NamedList> _lists = [];

    public IReadOnlyList<OptionSetting> Settings => _settings;

    public IReadOnlyList<NamedList> NamedLists => _lists;

    public void Add(LogicalLine line)
    {
        if (char.IsAsciiLetterUpper(line.Text[0]))
        {
            if (macros.Define(line.Text) is { } error)
            {
                Report(error, line);
            }
        }
        else if (!TryReadNamedList(line)
            && OptionLine.Read(line, MainOptionTable.Instance, name => $"main option \"{name}\" unknown", problems) is { } setting)
        {
            if (_settings.Exists(s => s.Name == setting.Name))
            {
                Report($"\"{setting.Name}\" option set for the second time", line);
            }
            else
            {
                _settings.Add(setting);
            }
        }
    }

    private bool TryReadNamedList(LogicalLine line)
    {
        var text = line.Text;
        var hidden = text.StartsWith("hide ", StringComparison.Ordinal);
        text = hidden ? text[5..].TrimStart(ConfigurationLineReader.Blanks) : text;
        foreach (var (word, kind, description) in ListWords)
        {
            var length = text.StartsWith(word + "_cache", StringComparison.Ordinal) ? word.Length + 6 : word.Length;
            if (text.StartsWith(word, StringComparison.Ordinal) && text.Length > length && text[length] is ' ' or '\t')
            {
                ReadNamedList(line, text[length..].TrimStart(ConfigurationLineReader.Blanks), kind, description, hidden, cached: length > word.Length);
                return true;
            }
        }

        return false;
    }

    private void ReadNamedList(LogicalLine line, string text, ListKind kind, string description, bool hidden, bool cached)
    {
        var end = MacroTable.NameLength(text);
        var name = text[..end];
        var rest = text[end..].TrimStart(ConfigurationLineReader.Blanks);
        if (end == 0 || !rest.StartsWith('='))
        {
            Report($"missing {(end == 0 ? "name" : "\"=\"")} in a named {description}", line);
            return;
        }

        if (_lists.Exists(l => l.Kind == kind && l.Name == name))
        {
            Report($"duplicate name \"{name}\" for a named {description}", line);
            return;
        }

        if (OptionValue.ReadString(rest[1..].Trim(ConfigurationLineReader.Blanks), name, out var value) is { } error)
        {
            Report(error, line);
            return;
        }

        _lists.Add(new NamedList(kind, name, StringExpansion.Compile(value)) { Hidden = hidden, Cached = cached, Location = line.Location });
    }

    private void Report(string message, LogicalLine line) => problems.Add(new ConfigurationProblem(message, line.Location));
}
