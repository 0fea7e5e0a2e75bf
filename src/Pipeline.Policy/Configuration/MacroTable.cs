using System.Text;

namespace Pipeline.Policy.Configuration;

/// <summary>The macros known at some point of a configuration, and their replacement in lines.</summary>
/// <remarks>
/// A macro of the file is replaced wherever its name occurs, also inside a longer word, in the order of definition; text that one macro brought in
/// is searched for the macros defined after it. Predefined macros begin with an underscore and are replaced as whole words only.
/// </remarks>
internal sealed class MacroTable
{
    private const int MaxNameLength = 63;
    private const int MaxLineLength = 1024 * 1024;

    private readonly List<Macro> _macros = [];
    private readonly IReadOnlyDictionary<string, string> _predefined;

    public MacroTable(IReadOnlyDictionary<string, string>? commandLine, IReadOnlyDictionary<string, string> predefined)
    {
        _predefined = predefined;
        foreach (var (name, value) in commandLine ?? new Dictionary<string, string>())
        {
            _macros.Add(new Macro(name, value, FromCommandLine: true));
        }
    }

    public IEnumerable<KeyValuePair<string, string>> Values => _macros.Select(m => KeyValuePair.Create(m.Name, m.Value));

    /// <summary>Replaces macros in a line.</summary>
    /// <param name="start">Where to begin; what is before stays.</param>
    /// <param name="replaced">Something was replaced, which is what <c>.ifdef</c> asks.</param>
    public string Replace(string line, int start, out bool replaced)
    {
        replaced = false;
        if (!line.AsSpan(start).ContainsAnyInRange('A', 'Z'))
        {
            return line;
        }

        foreach (var macro in _macros)
        {
            if (line.IndexOf(macro.Name, start, StringComparison.Ordinal) >= 0)
            {
                line = string.Concat(line.AsSpan(0, start), line[start..].Replace(macro.Name, macro.Value, StringComparison.Ordinal));
                replaced = true;
                if (line.Length > MaxLineLength)
                {
                    return line;
                }
            }
        }

        return ReplacePredefined(line, start, ref replaced);
    }

    /// <summary>Takes a definition <c>NAME = text</c> or a redefinition <c>NAME == text</c>.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public string? Define(string line)
    {
        var end = NameLength(line);
        var name = line[..end];
        if (end > MaxNameLength)
        {
            return $"macro name too long (maximum is {MaxNameLength} characters)";
        }

        var rest = line.AsSpan(end).TrimStart();
        if (rest.IsEmpty || rest[0] != '=')
        {
            return "malformed macro definition";
        }

        var redefinition = rest.Length > 1 && rest[1] == '=';
        var value = rest[(redefinition ? 2 : 1)..].Trim().ToString();
        var existing = _macros.FindIndex(m => m.Name == name);
        if (existing >= 0)
        {
            if (!redefinition && !_macros[existing].FromCommandLine)
            {
                return $"macro \"{name}\" is already defined (use \"==\" if you want to redefine it)";
            }

            if (!_macros[existing].FromCommandLine)
            {
                _macros[existing] = _macros[existing] with { Value = value };
            }

            return null;
        }

        if (_macros.Find(m => name.Contains(m.Name, StringComparison.Ordinal)) is { } part)
        {
            return $"\"{name}\" cannot be defined as a macro because previously defined macro \"{part.Name}\" is a substring";
        }

        if (redefinition)
        {
            return $"can't redefine an undefined macro \"{name}\"";
        }

        _macros.Add(new Macro(name, value, FromCommandLine: false));
        return null;
    }

    /// <summary>Letters, digits and underscores at the start of a line.</summary>
    internal static int NameLength(ReadOnlySpan<char> line)
    {
        var end = 0;
        while (end < line.Length && (char.IsAsciiLetterOrDigit(line[end]) || line[end] == '_'))
        {
            end++;
        }

        return end;
    }

    private string ReplacePredefined(string line, int start, ref bool replaced)
    {
        var position = line.IndexOf('_', start);
        if (position < 0)
        {
            return line;
        }

        var text = new StringBuilder(line, 0, start, line.Length + 16);
        position = start;
        while (position < line.Length)
        {
            var length = NameLength(line.AsSpan(position));
            if (length == 0)
            {
                text.Append(line[position++]);
                continue;
            }

            var word = line.Substring(position, length);
            if (word[0] == '_' && _predefined.TryGetValue(word, out var value))
            {
                text.Append(value);
                replaced = true;
            }
            else
            {
                text.Append(word);
            }

            position += length;
        }

        return text.ToString();
    }

    private sealed record Macro(string Name, string Value, bool FromCommandLine);
}
