namespace Pipeline.Policy.Configuration;

/// <summary>Reads configuration files in Exim's language.</summary>
public static class ConfigurationFile
{
    /// <summary>Reads a file and what it includes. Nothing is thrown for a bad file: all its problems are reported together.</summary>
    /// <param name="macros">Macros of the command line (<c>-DNAME=value</c>), which win over those of the file.</param>
    /// <param name="files">Where files come from; the disk when null.</param>
    public static ConfigurationReadResult Read(string path, IReadOnlyDictionary<string, string>? macros = null, IFileSource? files = null)
    {
        var problems = new List<ConfigurationProblem>();
        foreach (var name in macros?.Keys ?? [])
        {
            if (name.Length == 0 || !char.IsAsciiLetterUpper(name[0]) || MacroTable.NameLength(name) != name.Length)
            {
                problems.Add(new ConfigurationProblem($"macro name \"{name}\" must start with an upper case letter and have letters, digits and underscores only", null));
            }
        }

        var reader = new ConfigurationLineReader(files ?? DiskFileSource.Instance, new MacroTable(macros, PredefinedMacros.All), problems);
        var sections = new SectionReader(path, reader, problems);
        if (reader.TryOpen(path))
        {
            sections.ReadAll();
        }

        return new ConfigurationReadResult(sections.ToConfiguration(), problems);
    }
}
