using Pipeline.Mail.Message;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lookups;

namespace Pipeline.Policy;

/// <summary>Holds a configuration against what the tables of the language say is done, so that nothing in it is left out in silence.</summary>
/// <param name="problems">Receives what must not be left out.</param>
/// <param name="notices">Receives everything else that is not done or has no effect.</param>
/// <param name="whyNoLookup">Lookup types that this machine cannot do, by name, and why.</param>
internal sealed class SupportReport(
    ICollection<ConfigurationProblem> problems, ICollection<ConfigurationNotice> notices, IReadOnlyDictionary<string, string> whyNoLookup)
{
    private static readonly string[] MissingLookups = [.. LookupRegistry.Names.Except(LookupRegistry.AvailableNames, StringComparer.Ordinal)];

    public void Add(ParsedConfiguration configuration, AclProgram acls)
    {
        foreach (var setting in configuration.MainSettings)
        {
            Add(setting, MainOptionTable.Instance, $"main option \"{setting.Name}\"", "");
            AddInlineAcl(setting, acls);
            AddLogSelectors(setting);
            AddHeaderBound(setting);
        }

        foreach (var list in configuration.NamedLists)
        {
            Add(list.Definition, $"named list \"{list.Name}\"", list.Location);
        }

        foreach (var item in acls.Acls.SelectMany(acl => acl.Statements).SelectMany(statement => statement.Items))
        {
            Add(item);
        }

        Add(DriverClass.Router, configuration.Routers);
        Add(DriverClass.Transport, configuration.Transports);
        Add(DriverClass.Authenticator, configuration.Authenticators);
    }

    private void AddLogSelectors(OptionSetting setting)
    {
        foreach (var item in setting.Name == "log_selector" ? LogSelection.NotDone(setting.Value) : [])
        {
            notices.Add(new ConfigurationNotice($"\"{item}\" in main option \"log_selector\"", LogSelection.SupportOf(item[1..]), setting.Location));
        }
    }

    // What reads headers later must be able to read what was received.
    private void AddHeaderBound(OptionSetting setting)
    {
        var bound = setting.Name switch
        {
            "header_maxsize" => HeaderLimits.Default.MaxBlockBytes,
            "header_line_maxsize" => HeaderLimits.Default.MaxFieldBytes,
            _ => int.MaxValue,
        };
        if (bound < int.MaxValue && OptionValue.ReadInteger(setting.Value ?? "", setting.Name, out var octets) is null && octets > bound)
        {
            notices.Add(new ConfigurationNotice(
                $"main option \"{setting.Name}\"", Support.NotDone($"it is {bound / 1024}K at most"), setting.Location));
        }
    }

    // An option can hold the statements themselves where others have the name of an ACL.
    private void AddInlineAcl(OptionSetting setting, AclProgram acls)
    {
        if (setting.Name.StartsWith("acl_", StringComparison.Ordinal) && setting.Value is { } text
            && acls.Find(text.Trim()) is null && text.Trim().Any(char.IsWhiteSpace) && !text.StartsWith('/'))
        {
            foreach (var item in AclParser.Parse("inline", AclParser.Lines(text, setting.Location), []).SelectMany(statement => statement.Items))
            {
                Add(item);
            }
        }
    }

    private void Add(AclItem item)
    {
        var support = item.Kind.SupportOf(item.Value.Source.Trim());
        if (!support.IsDone)
        {
            notices.Add(new ConfigurationNotice($"ACL {(item.Kind.IsModifier ? "modifier" : "condition")} \"{item.Text}\"", support, item.Location));
        }

        Add(item.Value, $"ACL {(item.Kind.IsModifier ? "modifier" : "condition")} \"{item.Kind.Name}\"", item.Location);
    }

    private void Add(DriverClass drivers, IReadOnlyList<DriverBlock> blocks)
    {
        foreach (var block in blocks)
        {
            var driver = block.Options.FirstOrDefault(option => option.Name == "driver")?.Value ?? "";
            if (!drivers.Drivers.TryGetValue(driver, out var own))
            {
                continue;
            }

            if (!own.Support.IsDone)
            {
                // A driver that is refused was reported by whoever could not make one.
                if (own.Support.Level != SupportLevel.Refused)
                {
                    notices.Add(new ConfigurationNotice($"{drivers.Name} {block.Name}: driver \"{driver}\"", own.Support, block.Location));
                }

                continue;
            }

            var table = drivers.Generic.With(own);
            foreach (var setting in block.Options)
            {
                Add(setting, table, $"{drivers.Name} {block.Name}: option \"{setting.Name}\"", $"error for {block.Name} {drivers.Name}: ");
            }
        }
    }

    private void Add(OptionSetting setting, OptionTable table, string subject, string errorPrefix)
    {
        if (!table.TryFind(setting.Name, out var option))
        {
            return;
        }

        if (!option.Support.IsDone && !option.Support.IsNeutral(option, setting))
        {
            if (option.Support.Level == SupportLevel.Refused)
            {
                problems.Add(new ConfigurationProblem(
                    $"{errorPrefix}the option \"{option.Name}\" {option.Support.Phrase}", setting.Location, option.Support.Advice));
            }
            else
            {
                notices.Add(new ConfigurationNotice(subject, option.Support, setting.Location));
            }
        }
        else if (setting.Value is { } value)
        {
            Add(StringExpansion.Compile(value), subject, setting.Location);
        }
    }

    private void Add(ExpandableString text, string subject, SourceLocation? location)
    {
        foreach (var (type, why) in whyNoLookup)
        {
            if (text.Lookups.Contains(type) || NamesLookup(text.Source, type))
            {
                problems.Add(new ConfigurationProblem($"lookup type \"{type}\" in {subject}: {why}", location));
            }
        }

        var inLists = MissingLookups.Where(name => NamesLookup(text.Source, name)).Select(name => UnavailablePart.Failing($"lookup type \"{name}\""));
        foreach (var missing in text.Unavailable.Concat(inLists).DistinctBy(part => part.Name))
        {
            notices.Add(new ConfigurationNotice($"{missing.Name} in {subject}", missing.Support, location));
        }
    }

    /// <summary>Whether a list has an item such as <c>mysql;SELECT …</c>.</summary>
    private static bool NamesLookup(string text, string type)
    {
        var at = text.IndexOf(type + ";", StringComparison.Ordinal);
        return at == 0 || (at > 0 && !char.IsAsciiLetterOrDigit(text[at - 1]) && text[at - 1] != '_');
    }
}
