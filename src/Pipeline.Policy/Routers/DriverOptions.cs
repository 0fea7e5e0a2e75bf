using System.Globalization;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Retry;

namespace Pipeline.Policy.Routers;

/// <summary>Reads the options of a driver block by name and type. What is not well-formed becomes a problem and counts as not set.</summary>
internal sealed class DriverOptions(DriverBlock block, string driverClass, ICollection<ConfigurationProblem> problems)
{
    public string Name => block.Name;

    public string Driver => String("driver") ?? "";

    public SourceLocation Location => block.Location;

    public bool Has(string name) => Find(name) is not null;

    public string? String(string name) => Find(name)?.Value;

    public ExpandableString? Expandable(string name) => String(name) is { } value ? StringExpansion.Compile(value) : null;

    /// <summary>Every value of an option that may be repeated.</summary>
    public IReadOnlyList<ExpandableString> Expandables(string name) =>
        [.. block.Options.Where(option => option.Name == name && option.Value is not null).Select(option => StringExpansion.Compile(option.Value!))];

    public MailList? List(string name, ListKind kind) => Expandable(name) is { } value ? MailList.Compile(kind, value) : null;

    public bool Bool(string name, bool unset = false)
    {
        if (Find(name) is not { } option)
        {
            return unset;
        }

        if (option.Value is not { } text)
        {
            return !option.Negated;
        }

        if (ReadBool(text) is not { } value)
        {
            Report(option, $"\"{text}\" is not a valid value for the \"{name}\" option");
            return unset;
        }

        return value != option.Negated;
    }

    /// <summary>A boolean that may be an expansion.</summary>
    public ExpandableBool ExpandedBool(string name, bool unset)
    {
        if (Find(name) is not { } option)
        {
            return new ExpandableBool(name, unset);
        }

        return option.Value is { } text && ReadBool(text) is null
            ? new ExpandableBool(name, StringExpansion.Compile(text))
            : new ExpandableBool(name, Bool(name, unset));
    }

    public long Integer(string name, long unset)
    {
        if (Find(name) is not { Value: { } text } option)
        {
            return unset;
        }

        if (IntegerText.TryParse(text, out var value, out var error))
        {
            return value;
        }

        Report(option, error);
        return unset;
    }

    public int Octal(string name, int unset)
    {
        if (Find(name) is not { Value: { } text } option)
        {
            return unset;
        }

        if (text.Length is > 0 and <= 7 && !text.AsSpan().ContainsAnyExceptInRange('0', '7'))
        {
            return Convert.ToInt32(text, 8);
        }

        Report(option, string.Create(CultureInfo.InvariantCulture, $"integer expected for {name}"));
        return unset;
    }

    public TimeSpan Time(string name, TimeSpan unset)
    {
        if (Find(name) is not { Value: { } text } option)
        {
            return unset;
        }

        if (TimeInterval.TryParse(text, out var value))
        {
            return value;
        }

        Report(option, $"invalid time value for {name}");
        return unset;
    }

    /// <summary>Reports something wrong with the whole block.</summary>
    public void Report(string message, string? hint = null) =>
        problems.Add(new ConfigurationProblem($"{message}", block.Location, hint));

    /// <summary>Reports something wrong with the block in the words <c>… for r router:</c>.</summary>
    public void ReportFor(string message) => Report($"error for {block.Name} {driverClass}: {message}");

    private static bool? ReadBool(string text) => text.ToLowerInvariant() switch
    {
        "true" or "yes" => true,
        "false" or "no" => false,
        _ => null,
    };

    private OptionSetting? Find(string name) => block.Options.FirstOrDefault(option => option.Name == name);

    private void Report(OptionSetting option, string message) => problems.Add(new ConfigurationProblem(message, option.Location));
}
