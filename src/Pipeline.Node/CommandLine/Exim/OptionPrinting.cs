using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-bP</c>: shows options of the configuration, also those that are not set, with their defaults.</summary>
internal static class OptionPrinting
{
    private const string Hidden = "<value not displayable>";

    private static readonly (string Word, DriverClass Drivers, Func<ParsedConfiguration, IReadOnlyList<DriverBlock>> Blocks)[] Sections =
    [
        ("router", DriverClass.Router, configuration => configuration.Routers),
        ("transport", DriverClass.Transport, configuration => configuration.Transports),
        ("authenticator", DriverClass.Authenticator, configuration => configuration.Authenticators),
    ];

    public static async Task PrintAsync(
        EximCommand command, EximConfiguration configuration, EvaluationScope scope, TextWriter output, CancellationToken cancellationToken)
    {
        var read = configuration.Choice.Read().Configuration;
        var environment = await VisibleEnvironment.OfAsync(scope, cancellationToken);
        var printer = new Printer(read, configuration.Policy.MainOptions, environment, !command.WithoutNames, output);
        if (command.Operands.IsEmpty)
        {
            printer.MainOptions();
            return;
        }

        for (var i = 0; i < command.Operands.Length; i++)
        {
            var word = command.Operands[i];
            if (i + 1 < command.Operands.Length && (word == "macro" || Array.Exists(Sections, section => section.Word == word)))
            {
                printer.Named(word, command.Operands[++i]);
            }
            else
            {
                printer.Word(word);
            }
        }
    }

    private sealed class Printer(
        ParsedConfiguration configuration, MainOptions options, IReadOnlyDictionary<string, string> environment, bool withNames, TextWriter output)
    {
        public void MainOptions()
        {
            foreach (var option in MainOptionTable.Instance.All.OrderBy(option => option.Name, StringComparer.Ordinal))
            {
                MainOption(option);
            }
        }

        public void Word(string word)
        {
            switch (word)
            {
                case "all":
                    MainOptions();
                    Array.ForEach(Sections, section => Drivers(section.Blocks(configuration), section.Drivers));
                    break;
                case "main":
                    MainOptions();
                    break;
                case "macros":
                    foreach (var macro in PredefinedMacros.All.OrderBy(static macro => macro.Key, StringComparer.Ordinal).Concat(configuration.Macros))
                    {
                        Macro(macro);
                    }

                    break;
                case "environment":
                    foreach (var (variable, value) in environment.OrderBy(static set => set.Key, StringComparer.Ordinal))
                    {
                        output.WriteLine($"{variable}={value}");
                    }

                    break;
                case "config_file" or "configure_file":
                    output.WriteLine(configuration.Path);
                    break;
                case ['+', .. var list]:
                    NamedLists(list);
                    break;
                default:
                    if (Array.Find(Sections, section => word == section.Word + "s" || word == section.Word + "_list") is { Word: { } name } found)
                    {
                        Section(found.Blocks(configuration), found.Drivers, onlyNames: word != name + "s");
                    }
                    else if (MainOptionTable.Instance.TryFind(word, out var option))
                    {
                        MainOption(option);
                    }
                    else
                    {
                        output.WriteLine($"{word} is not a known option");
                    }

                    break;
            }
        }

        /// <summary><c>router NAME</c> and its kin; <c>macro NAME</c>.</summary>
        public void Named(string kind, string name)
        {
            if (kind == "macro")
            {
                if (configuration.Macros.FirstOrDefault(macro => macro.Key == name) is { Key: not null } found)
                {
                    Macro(found);
                }
                else
                {
                    output.WriteLine($"macro {name} not found");
                }

                return;
            }

            var section = Array.Find(Sections, section => section.Word == kind);
            if (section.Blocks(configuration).FirstOrDefault(block => block.Name == name) is { } driver)
            {
                Driver(driver, section.Drivers);
            }
            else
            {
                output.WriteLine($"{kind} {name} not found");
            }
        }

        private void Section(IReadOnlyList<DriverBlock> blocks, DriverClass drivers, bool onlyNames)
        {
            if (!onlyNames)
            {
                Drivers(blocks, drivers);
                return;
            }

            foreach (var block in blocks)
            {
                output.WriteLine(block.Name);
            }
        }

        private void Drivers(IReadOnlyList<DriverBlock> blocks, DriverClass drivers)
        {
            foreach (var block in blocks)
            {
                output.WriteLine($"\n{block.Name} {drivers.Name}:");
                Driver(block, drivers);
            }
        }

        private void Driver(DriverBlock block, DriverClass drivers)
        {
            var defaults = DriverDefaults.Of(drivers, block);
            var own = drivers.Drivers.GetValueOrDefault(block.Options.FirstOrDefault(static option => option.Name == "driver")?.Value?.Trim() ?? "");
            foreach (var table in own is null ? [drivers.Generic] : (OptionTable[])[drivers.Generic, own])
            {
                foreach (var option in table.All.OrderBy(static option => option.Name, StringComparer.Ordinal))
                {
                    var setting = block.Options.LastOrDefault(setting => setting.Name == option.Name);
                    output.WriteLine(
                        setting is not null && IsHidden(setting) ? withNames ? $"{option.Name} = {Hidden}" : Hidden
                        : OptionText.Show(option, Whole(option, block, setting), defaults.GetValueOrDefault(option.Name), withNames));
                }
            }
        }

        /// <summary>An option that may be set several times shows as one.</summary>
        private static OptionSetting? Whole(OptionDefinition option, DriverBlock block, OptionSetting? setting) => setting is null || !option.Repeatable
            ? setting
            : setting with { Value = string.Join(option.Name == "headers_remove" ? ":" : "\n", block.Options.Where(each => each.Name == option.Name).Select(static each => each.Value)) };

        private void MainOption(OptionDefinition option) => output.WriteLine(
            options.Settings.TryGetValue(option.Name, out var setting) && IsHidden(setting)
                ? withNames ? $"{option.Name} = {Hidden}" : Hidden
                : OptionText.Show(option, options, withNames));

        // The administrator has written it.
        private static bool IsHidden(OptionSetting setting) => setting.Hidden && !Environment.IsPrivilegedProcess;

        private void Macro(KeyValuePair<string, string> macro) => output.WriteLine(withNames ? $"{macro.Key}={macro.Value}" : macro.Value);

        private void NamedLists(string name)
        {
            var lists = configuration.NamedLists.Where(list => list.Name == name).ToArray();
            foreach (var list in lists)
            {
                var kind = list.Kind switch
                {
                    ListKind.Domain => "domainlist",
                    ListKind.Host => "hostlist",
                    ListKind.Address => "addresslist",
                    _ => "localpartlist",
                };
                output.WriteLine(withNames ? $"{kind} {name} = {list.Definition.Source}" : list.Definition.Source);
            }

            if (lists.Length == 0)
            {
                output.WriteLine($"no address, domain, host, or local part list called \"{name}\" exists");
            }
        }
    }
}
