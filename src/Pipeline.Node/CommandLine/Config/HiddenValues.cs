using Pipeline.Node.Hosting.Policies;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Config;

/// <summary>The text of a policy as it may be shown: without the values of settings behind <c>hide</c>, and of the macros that these are written with.</summary>
/// <remarks>
/// What is hidden is found twice, and both count: in the text as written, and in the settings as the compiler reads them, since a macro may have brought the word.
/// </remarks>
internal sealed class HiddenValues
{
    public const string Mask = "(hidden)";

    private readonly PolicyBundle _bundle;
    private readonly HashSet<(string File, int Line)> _settings;
    private readonly HashSet<string> _macros = new(StringComparer.Ordinal);

    public HiddenValues(PolicyBundle bundle)
    {
        _bundle = bundle;
        _settings = [.. HiddenSettings(bundle)];
        FindMacros();
    }

    /// <summary>The lines of a file, each with what may be shown of it; empty for one that must not be there.</summary>
    public IReadOnlyList<(string Text, string Shown)> Lines(PolicyFile file)
    {
        var lines = Split(file);
        var shown = new List<(string, string)>(lines.Length);
        var continued = false;
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            var hidden = continued || IsHidden(file.Name, i + 1, line);
            shown.Add((line, !hidden ? line : continued ? Mask : Masked(line)));
            continued = hidden && Continues(line, continued);
        }

        return shown;
    }

    /// <summary>The macros of the command line that may be shown with their values.</summary>
    public IEnumerable<PolicyMacro> Macros => _bundle.Macros.Select(macro => _macros.Contains(macro.Name) ? macro with { Value = Mask } : macro);

    private static string[] Split(PolicyFile file)
    {
        if (file.Content is not { } content)
        {
            return [];
        }

        var lines = OctetString.ToText(OctetString.FromBytes(content.Span)).Split('\n');
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }

    /// <summary>A comment or a directive between the lines of a setting does not end it, as in the reader.</summary>
    private static bool Continues(string line, bool inside) => line.TrimEnd().EndsWith('\\') || (inside && line.TrimStart() is ['#' or '.', ..]);

    private static string Masked(string line)
    {
        var equals = line.IndexOf('=', StringComparison.Ordinal);
        return equals >= 0 ? $"{line[..(equals + 1)]} {Mask}" : $"{line[..^line.TrimStart().Length]}{Mask}";
    }

    private static bool SaysHide(string line)
    {
        var text = line.AsSpan().TrimStart();
        return text.StartsWith("hide", StringComparison.Ordinal) && text.Length > 4 && char.IsWhiteSpace(text[4]);
    }

    /// <summary>The name of a macro that a line defines, or empty.</summary>
    private static string Defined(string line)
    {
        var text = line.TrimStart();
        var end = 0;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
        {
            end++;
        }

        return end > 0 && char.IsAsciiLetterUpper(text[0]) && text[end..].TrimStart().StartsWith('=') ? text[..end] : "";
    }

    private static IEnumerable<(string, int)> HiddenSettings(PolicyBundle bundle)
    {
        var macros = bundle.Macros.DistinctBy(macro => macro.Name).ToDictionary(macro => macro.Name, macro => macro.Value, StringComparer.Ordinal);
        var read = ConfigurationFile.Read(bundle.Main, macros, new BundleFileSource(bundle)).Configuration;
        return read.MainSettings
            .Concat(new[] { read.Routers, read.Transports, read.Authenticators }.SelectMany(drivers => drivers).SelectMany(driver => driver.Options))
            .Where(setting => setting.Hidden)
            .Select(setting => (setting.Location.File, setting.Location.Line));
    }

    private bool IsHidden(string file, int line, string text) =>
        SaysHide(text) || _settings.Contains((file, line)) || _macros.Contains(Defined(text));

    /// <summary>A macro is hidden when hidden text names it, directly or through another one. Each round finds at least one, so the rounds end.</summary>
    private void FindMacros()
    {
        var names = _bundle.Macros.Select(macro => macro.Name)
            .Concat(_bundle.Files.SelectMany(Split).Select(Defined))
            .Where(name => name.Length > 0)
            .ToHashSet(StringComparer.Ordinal);
        bool found;
        do
        {
            var hidden = _bundle.Files.SelectMany(Lines).Where(line => line.Shown != line.Text).Select(line => line.Text)
                .Concat(_bundle.Macros.Where(macro => _macros.Contains(macro.Name)).Select(macro => macro.Value))
                .ToArray();
            found = names.RemoveWhere(name => Array.Exists(hidden, text => text.Contains(name, StringComparison.Ordinal)) && _macros.Add(name)) > 0;
        }
        while (found);
    }
}
