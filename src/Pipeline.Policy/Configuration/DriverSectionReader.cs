namespace Pipeline.Policy.Configuration;

/// <summary>Reads a section of named drivers: <c>name:</c> alone on a line, then its options.</summary>
internal sealed class DriverSectionReader(DriverClass drivers, MacroTable macros, List<ConfigurationProblem> problems)
{
    private readonly List<DriverBlock> _blocks = [];
    private List<OptionSetting>? _options;
    private DriverBlock? _block;
    private OptionTable _table = drivers.Generic;
    private bool _unusable;

    public IReadOnlyList<DriverBlock> Blocks => _blocks;

    public void Add(LogicalLine line)
    {
        var end = MacroTable.NameLength(line.Text);
        var rest = line.Text.AsSpan(end).TrimStart();
        if (end > 0 && rest.StartsWith(":"))
        {
            End();
            Begin(line, line.Text[..end], rest[1..].TrimStart());
        }
        else if (char.IsAsciiLetterUpper(line.Text[0]))
        {
            End();
            if (macros.Define(line.Text) is { } error)
            {
                Report(error, line);
            }
        }
        else if (_block is null)
        {
            // One complaint is enough for a block without a usable name.
            if (!_unusable)
            {
                Report($"{drivers.Name} name missing", line);
                _unusable = true;
            }
        }
        else
        {
            AddOption(line);
        }
    }

    /// <summary>The block in progress is complete.</summary>
    public void End()
    {
        if (_block is not null && !_options!.Exists(o => o.Name == "driver") && !_unusable)
        {
            problems.Add(new ConfigurationProblem($"no driver defined for {drivers.Name} \"{_block.Name}\"", _block.Location));
        }

        _block = null;
        _unusable = false;
    }

    private void Begin(LogicalLine line, string name, ReadOnlySpan<char> rest)
    {
        if (!char.IsAsciiLetter(name[0]))
        {
            Report($"{drivers.Name} name missing or does not start with a letter", line);
        }

        if (!rest.IsEmpty)
        {
            Report("extra characters follow driver name definition" + (rest[0] == '#' ? " (# is comment only at line start)" : ""), line);
        }

        if (_blocks.Exists(b => b.Name == name))
        {
            Report($"there are two {drivers.Name}s called \"{name}\"", line);
        }

        _options = [];
        _table = drivers.Generic;
        _block = new DriverBlock(name, _options, line.Location);
        _blocks.Add(_block);
    }

    private void AddOption(LogicalLine line)
    {
        var hasDriver = !ReferenceEquals(_table, drivers.Generic);
        if (_unusable && !hasDriver)
        {
            return;
        }

        var setting = OptionLine.Read(line, _table, Unknown, problems);
        if (setting is null)
        {
            return;
        }

        if (_options!.Exists(o => o.Name == setting.Name) && _table.TryFind(setting.Name, out var option) && !option.Repeatable)
        {
            Report($"\"{setting.Name}\" option set for the second time", line);
            return;
        }

        _options.Add(setting);
        if (setting.Name == "driver")
        {
            ChooseDriver(setting.Value ?? "", line);
        }

        string Unknown(string name) => hasDriver
            ? $"option \"{name}\" unknown"
            : $"option \"{name}\" unknown (\"driver\" must be specified before any private options)";
    }

    private void ChooseDriver(string driver, LogicalLine line)
    {
        if (drivers.Drivers.TryGetValue(driver, out var table))
        {
            _table = drivers.Generic.With(table);
            return;
        }

        // Its private options cannot be told from mistakes, so the rest of the block is not looked at.
        _unusable = true;
        problems.Add(new ConfigurationProblem(
            $"{drivers.Name} {_block!.Name}: cannot find {drivers.Name} driver \"{driver}\"", line.Location, NearestName.Hint(driver, drivers.Drivers.Keys)));
    }

    private void Report(string message, LogicalLine line) => problems.Add(new ConfigurationProblem(message, line.Location));
}
