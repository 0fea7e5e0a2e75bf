namespace Pipeline.Policy.Configuration;

/// <summary>Reads one option setting: <c>[hide] name [= value]</c>.</summary>
internal static class OptionLine
{
    /// <param name="unknown">The words for a name that is not in the table; <c>{0}</c> is the name.</param>
    /// <returns>The setting, or null after a problem was reported.</returns>
    public static OptionSetting? Read(LogicalLine line, OptionTable table, Func<string, string> unknown, List<ConfigurationProblem> problems)
    {
        var text = line.Text;
        var hidden = text.StartsWith("hide", StringComparison.Ordinal) && text.Length > 4 && text[4] is ' ' or '\t';
        if (hidden)
        {
            text = text[4..].TrimStart(ConfigurationLineReader.Blanks);
        }

        var end = MacroTable.NameLength(text);
        var name = text[..end];
        var rest = text[end..].TrimStart(ConfigurationLineReader.Blanks);
        var negated = false;
        if (!table.TryFind(name, out var option))
        {
            var prefix = name.StartsWith("no_", StringComparison.Ordinal) ? 3 : name.StartsWith("not_", StringComparison.Ordinal) ? 4 : 0;
            if (prefix == 0 || !table.TryFind(name[prefix..], out option))
            {
                return Fail(unknown(name), NearestName.Hint(name, table.All.Select(o => o.Name)));
            }

            negated = true;
            name = option.Name;
        }

        if (option.IsBoolean)
        {
            return ReadBoolean();
        }

        if (negated)
        {
            return Fail("negation prefix applied to a non-boolean option");
        }

        if (rest.Length == 0)
        {
            return Fail($"unexpected end of line (data missing) after {name}");
        }

        if (rest[0] != '=')
        {
            return Fail($"missing \"=\" after {name}");
        }

        rest = rest[1..].Trim(ConfigurationLineReader.Blanks);
        string value;
        if (option.Type is OptionType.String or OptionType.Expanded)
        {
            if (OptionValue.ReadString(rest, name, out value) is { } error)
            {
                return Fail(error);
            }
        }
        else
        {
            value = rest;
        }

        return OptionValue.Check(option, value) is { } wrong ? Fail(wrong) : new OptionSetting(name, value, negated, hidden, line.Location);

        OptionSetting? ReadBoolean()
        {
            if (rest.Length == 0)
            {
                return new OptionSetting(name, null, negated, hidden, line.Location);
            }

            if (negated || rest[0] != '=')
            {
                return Fail(OptionValue.ExtraCharacters("boolean value for", name, rest));
            }

            var value = rest[1..].Trim(ConfigurationLineReader.Blanks);
            return OptionValue.Check(option, value) is { } error ? Fail(error) : new OptionSetting(name, value, false, hidden, line.Location);
        }

        OptionSetting? Fail(string message, string? hint = null)
        {
            problems.Add(new ConfigurationProblem(message, line.Location, hint));
            return null;
        }
    }
}
