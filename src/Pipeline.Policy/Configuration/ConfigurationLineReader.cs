using System.Text;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Configuration;

/// <summary>Turns the physical lines of a configuration into logical ones: macros, comments, conditionals, includes, continuations, in that order.</summary>
/// <remarks>Macros are defined by whoever reads the logical lines, so lines are produced one at a time.</remarks>
internal sealed class ConfigurationLineReader(IFileSource files, MacroTable macros, List<ConfigurationProblem> problems)
{
    private const int MaxIncludeDepth = 100;

    private readonly Stack<OpenFile> _files = new();
    private readonly ConditionalStack _conditionals = new();

    public MacroTable Macros => macros;

    /// <summary>Starts with the main file.</summary>
    public bool TryOpen(string path)
    {
        if (!files.TryRead(path, out var content, out var error))
        {
            problems.Add(new ConfigurationProblem($"failed to open configuration file {path}: {error}", null));
            return false;
        }

        Push(path, content);
        return true;
    }

    /// <summary>The next logical line, or null at the end.</summary>
    public LogicalLine? Read()
    {
        StringBuilder? joined = null;
        SourceLocation? start = null;
        while (TryReadPhysical(out var physical, out var location))
        {
            if (!TryPrepare(physical, location, atStart: joined is null, out var line))
            {
                continue;
            }

            start ??= location;
            line = line.TrimEnd(Blanks);
            var continues = line.EndsWith('\\');
            joined ??= new StringBuilder();
            joined.Append(line, 0, continues ? line.Length - 1 : line.Length);
            if (continues)
            {
                continue;
            }

            var text = joined.ToString().Trim(Blanks);
            if (text.Length > 0)
            {
                return new LogicalLine(text, start);
            }

            (joined, start) = (null, null);
        }

        return joined?.ToString().Trim(Blanks) is { Length: > 0 } rest ? new LogicalLine(rest, start!) : null;
    }

    internal static char[] Blanks { get; } = [' ', '\t', '\r', '\n', '\f', '\v'];

    /// <summary>Macros, comment, directive. False when nothing is left of the line.</summary>
    private bool TryPrepare(string physical, SourceLocation location, bool atStart, out string line)
    {
        line = physical.TrimStart(Blanks);
        line = macros.Replace(line, atStart ? DefinitionPrefix(line) : 0, out var replaced);
        if (line.StartsWith('#'))
        {
            return false;
        }

        if (line.StartsWith('.') && _conditionals.TryApply(line, replaced, out var error))
        {
            if (error is not null)
            {
                problems.Add(new ConfigurationProblem(error, location));
            }

            return false;
        }

        return _conditionals.IsActive && !TryInclude(line, location);
    }

    /// <summary>The name and equals sign of a macro definition are not searched for macros.</summary>
    private static int DefinitionPrefix(string line)
    {
        if (line.Length == 0 || !char.IsAsciiLetterUpper(line[0]))
        {
            return 0;
        }

        var end = MacroTable.NameLength(line);
        while (end < line.Length && Array.IndexOf(Blanks, line[end]) >= 0)
        {
            end++;
        }

        return end < line.Length && line[end] == '=' ? end : 0;
    }

    private bool TryInclude(string line, SourceLocation location)
    {
        const string Include = ".include";
        const string IfExists = ".include_if_exists";
        var optional = StartsWithWord(line, IfExists);
        if (!optional && !StartsWithWord(line, Include))
        {
            return false;
        }

        var path = OctetString.ToText(line[(optional ? IfExists : Include).Length..].Trim(Blanks));
        if (path is ['"', .., '"'])
        {
            path = path[1..^1];
        }

        if (!path.StartsWith('/'))
        {
            if (optional)
            {
                problems.Add(new ConfigurationProblem($".include specifies a non-absolute path \"{path}\"", location));
                return true;
            }

            path = Path.Combine(Path.GetDirectoryName(location.File) ?? "", path);
        }

        if (optional && !files.Exists(path))
        {
            return true;
        }

        if (_files.Count >= MaxIncludeDepth)
        {
            problems.Add(new ConfigurationProblem($"included configuration file {path} is nested more than {MaxIncludeDepth} deep", location));
        }
        else if (files.TryRead(path, out var content, out _))
        {
            Push(path, content);
        }
        else
        {
            problems.Add(new ConfigurationProblem($"failed to open included configuration file {path}", location));
        }

        return true;
    }

    private static bool StartsWithWord(string line, string word) =>
        line.StartsWith(word, StringComparison.OrdinalIgnoreCase) && line.Length > word.Length && Array.IndexOf(Blanks, line[word.Length]) >= 0;

    private void Push(string path, byte[] content)
    {
        if (content is [0xEF, 0xBB, 0xBF, ..])
        {
            problems.Add(new ConfigurationProblem("found unexpected BOM (Byte Order Mark)", new SourceLocation(path, 1)));
            content = content[3..];
        }

        _files.Push(new OpenFile(path, OctetString.FromBytes(content)));
    }

    private bool TryReadPhysical(out string line, out SourceLocation location)
    {
        while (_files.TryPeek(out var file))
        {
            if (file.TryRead(out line))
            {
                location = new SourceLocation(file.Path, file.Line);
                return true;
            }

            _files.Pop();
            if (_files.Count == 0 && _conditionals.IsOpen)
            {
                problems.Add(new ConfigurationProblem("Unexpected end of configuration file: .endif missing", new SourceLocation(file.Path, file.Line)));
            }
        }

        (line, location) = ("", new SourceLocation("", 0));
        return false;
    }

    private sealed class OpenFile(string path, string text)
    {
        private int _position;

        public string Path => path;

        public int Line { get; private set; }

        public bool TryRead(out string line)
        {
            if (_position >= text.Length)
            {
                line = "";
                return false;
            }

            var end = text.IndexOf('\n', _position);
            end = end < 0 ? text.Length : end;
            line = text[_position..end];
            _position = end + 1;
            Line++;
            return true;
        }
    }
}
