using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Configuration;

/// <summary>Options as <c>-bP</c> shows them: in one form, however they were written.</summary>
public static class OptionText
{
    /// <summary>The members of <see cref="MainOptions"/> by the option they hold: without underscores, whatever the letter case.</summary>
    private static readonly FrozenDictionary<string, PropertyInfo> Members = MainOptionTable.Instance.All
        .Select(option => (option.Name, Member: typeof(MainOptions).GetProperty(
            option.Name.Replace("_", "", StringComparison.Ordinal), BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase)))
        .Where(pair => pair.Member is not null)
        .ToFrozenDictionary(pair => pair.Name, pair => pair.Member!, StringComparer.Ordinal);

    private static readonly string[] SizeSuffixes = ["", "K", "M", "G"];

    /// <summary>A line such as <c>name = value</c>, <c>name</c> or <c>no_name</c>.</summary>
    /// <param name="setting">Null when it is not set.</param>
    /// <param name="unset">Its value then, in the type in which the program has it; null for none.</param>
    /// <param name="withName">False for the value alone.</param>
    public static string Show(OptionDefinition option, OptionSetting? setting, object? unset, bool withName)
    {
        if (option.IsBoolean && (setting is null || IsPlain(setting)))
        {
            var on = setting is null ? unset is true : IsTrue(setting);
            return on ? option.Name : $"no_{option.Name}";
        }

        var value = setting?.Value is { } written ? Written(option.Type, written) : Typed(option.Type, unset);
        return withName ? $"{option.Name} = {value}" : value;
    }

    /// <summary>A main option, with its default where it is not set.</summary>
    public static string Show(OptionDefinition option, MainOptions options, bool withName) => Show(
        option,
        options.Settings.GetValueOrDefault(option.Name),
        Members.TryGetValue(option.Name, out var member) ? member.GetValue(MainOptions.Defaults) : null,
        withName);

    private static bool IsPlain(OptionSetting setting) => setting.Value is null || setting.Value.Trim().ToLowerInvariant() is "true" or "yes" or "false" or "no";

    private static bool IsTrue(OptionSetting setting) => setting.Value is null ? !setting.Negated : setting.Value.Trim().ToLowerInvariant() is "true" or "yes";

    private static string Written(OptionType type, string value) => type switch
    {
        OptionType.Time when TimeText.TryParse(value, out var time) => TimeText.Format(time),
        OptionType.Integer when OptionValue.ReadInteger(value, "", out var number) is null => Size(number),
        _ => value.Replace("\n", "\\n", StringComparison.Ordinal),
    };

    private static string Typed(OptionType type, object? value) => value switch
    {
        null => type switch
        {
            OptionType.Time => "0s",
            OptionType.Integer => "0",
            OptionType.Octal => "00",
            _ => "",
        },
        TimeSpan time => TimeText.Format(time),
        int or long when type == OptionType.Octal => Octal(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        int number => Size(number),
        long number => Size(number),
        ExpandableString text => Written(type, text.Source),
        MailList list => list.Source,
        string text => Written(type, text),
        IEnumerable<TimeSpan> times => string.Join(':', times.Select(TimeText.Format)),
        _ => "",
    };

    /// <summary>With a zero in front.</summary>
    private static string Octal(long number) => "0" + Convert.ToString(number, 8);

    private static string Size(long number)
    {
        var power = 0;
        while (number != 0 && number % 1024 == 0 && power + 1 < SizeSuffixes.Length)
        {
            number /= 1024;
            power++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{number}{SizeSuffixes[power]}");
    }
}
