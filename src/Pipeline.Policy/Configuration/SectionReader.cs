using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Configuration;

/// <summary>Sorts the logical lines of a configuration into its sections.</summary>
internal sealed class SectionReader(string path, ConfigurationLineReader reader, List<ConfigurationProblem> problems)
{
    private static readonly string[] SectionNames = ["acl", "authenticators", "local_scan", "retry", "rewrite", "routers", "transports"];

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly MainPartReader _main = new(reader.Macros, problems);
    private readonly List<LogicalLine> _acl = [];
    private readonly List<LogicalLine> _retry = [];
    private readonly List<LogicalLine> _rewrite = [];
    private readonly DriverSectionReader _routers = new(DriverClass.Router, reader.Macros, problems);
    private readonly DriverSectionReader _transports = new(DriverClass.Transport, reader.Macros, problems);
    private readonly DriverSectionReader _authenticators = new(DriverClass.Authenticator, reader.Macros, problems);
    private bool _aclEnded;

    public void ReadAll()
    {
        var section = "main";
        while (reader.Read() is { } line)
        {
            if (TryReadBegin(line, out var next))
            {
                EndSection(section);
                section = next;
                continue;
            }

            switch (section)
            {
                case "main":
                    _main.Add(line);
                    break;
                case "acl":
                    AddAclLine(line);
                    break;
                case "routers":
                    _routers.Add(line);
                    break;
                case "transports":
                    _transports.Add(line);
                    break;
                case "authenticators":
                    _authenticators.Add(line);
                    break;
                case "retry":
                    _retry.Add(line);
                    break;
                case "rewrite":
                    _rewrite.Add(line);
                    break;
                case "local_scan":
                    problems.Add(new ConfigurationProblem("local_scan() options not supported", line.Location));
                    break;
                default:
                    // The lines of a section nobody knows: its name was reported.
                    break;
            }
        }

        EndSection(section);
    }

    public ParsedConfiguration ToConfiguration() => new()
    {
        Path = path,
        MainSettings = _main.Settings,
        NamedLists = _main.NamedLists,
        AclLines = _acl,
        Routers = _routers.Blocks,
        Transports = _transports.Blocks,
        Authenticators = _authenticators.Blocks,
        RetryLines = _retry,
        RewriteLines = _rewrite,
        Macros = [.. reader.Macros.Values],
    };

    private bool TryReadBegin(LogicalLine line, out string section)
    {
        section = "";
        if (!line.Text.StartsWith("begin ", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var written = line.Text[6..].Trim(ConfigurationLineReader.Blanks);
        var name = written.ToLowerInvariant();
        var known = Array.Find(SectionNames, s => s == name) ?? Array.Find(SectionNames, s => s == name + "s");
        if (known is null)
        {
            problems.Add(new ConfigurationProblem(
                $"\"{written}\" is not a known configuration section name", line.Location, NearestName.Hint(name, SectionNames)));
            return true;
        }

        if (!_seen.Add(known))
        {
            problems.Add(new ConfigurationProblem($"\"{written}\" section is repeated in the configuration file", line.Location));
        }

        section = known;
        return true;
    }

    private void EndSection(string section)
    {
        switch (section)
        {
            case "routers":
                _routers.End();
                break;
            case "transports":
                _transports.End();
                break;
            case "authenticators":
                _authenticators.End();
                break;
        }
    }

    /// <summary>A macro may be defined between ACLs; it ends the one before it.</summary>
    private void AddAclLine(LogicalLine line)
    {
        var end = MacroTable.NameLength(line.Text);
        var rest = line.Text.AsSpan(end).TrimStart();
        if (end > 0 && char.IsAsciiLetterUpper(line.Text[0]) && rest.StartsWith("="))
        {
            if (reader.Macros.Define(line.Text) is { } error)
            {
                problems.Add(new ConfigurationProblem(error, line.Location));
            }

            _aclEnded = true;
            return;
        }

        if (_aclEnded && !(end > 0 && rest.StartsWith(":")))
        {
            problems.Add(new ConfigurationProblem("missing or malformed ACL name", line.Location));
        }

        _aclEnded = false;
        _acl.Add(line);
    }
}
