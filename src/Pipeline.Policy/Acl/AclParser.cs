using System.Collections.Immutable;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl;

/// <summary>Parses the statements of one ACL, of the configuration or written in place of a name (Exim specification, "Format of an ACL").</summary>
internal sealed class AclParser
{
    private readonly string _acl;
    private readonly ICollection<ConfigurationProblem> _problems;
    private readonly ImmutableArray<AclStatement>.Builder _statements = ImmutableArray.CreateBuilder<AclStatement>();
    private readonly ImmutableArray<AclItem>.Builder _items = ImmutableArray.CreateBuilder<AclItem>();
    private AclStatement? _open;

    // After a wrong verb its conditions are read and dropped: one mistake, one message.
    private bool _skipping;

    private AclParser(string acl, ICollection<ConfigurationProblem> problems)
    {
        _acl = acl;
        _problems = problems;
    }

    /// <summary>Lines of ACL text that has no line ends of its own to speak of.</summary>
    public static ImmutableArray<LogicalLine> Lines(string text, SourceLocation location)
    {
        var lines = ImmutableArray.CreateBuilder<LogicalLine>();
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan(range).Trim();
            if (!line.IsEmpty && line[0] != '#')
            {
                lines.Add(new LogicalLine(line.ToString(), location));
            }
        }

        return lines.ToImmutable();
    }

    public static ImmutableArray<AclStatement> Parse(string acl, IReadOnlyList<LogicalLine> lines, ICollection<ConfigurationProblem> problems)
    {
        var parser = new AclParser(acl, problems);
        foreach (var line in lines)
        {
            parser.ParseLine(line);
        }

        parser.Close();
        return parser._statements.ToImmutable();
    }

    private void ParseLine(LogicalLine line)
    {
        var rest = line.Text.AsSpan();
        var negated = TakeNegation(ref rest);
        var word = TakeWord(ref rest);
        if (AclVerbExtensions.Parse(word) is { } verb)
        {
            if (negated)
            {
                Report($"malformed ACL line \"{line.Text}\"", line);
                return;
            }

            Close();
            _open = new AclStatement(verb, _acl, line.Location);
            _skipping = false;
            if (rest.TrimStart().IsEmpty)
            {
                return;
            }

            negated = TakeNegation(ref rest);
            word = TakeWord(ref rest);
        }
        else if (_open is null)
        {
            if (!_skipping)
            {
                Report($"unknown ACL verb \"{word}\" in \"{line.Text}\"", line);
            }

            _skipping = true;
            return;
        }

        ParseItem(line, negated, word, rest);
    }

    private void ParseItem(LogicalLine line, bool negated, ReadOnlySpan<char> word, ReadOnlySpan<char> rest)
    {
        if (AclItemRegistry.Find(word) is not { } kind)
        {
            Report($"unknown ACL condition/modifier in \"{line.Text}\"", line, AclItemRegistry.Nearest(word.ToString()));
            return;
        }

        if (negated && kind.IsModifier)
        {
            Report($"ACL error: negation is not allowed with \"{kind.Name}\"", line);
            return;
        }

        string? variable = null;
        if (kind is Modifiers.SetModifier && !TakeVariable(line, ref rest, out variable))
        {
            return;
        }

        if (!kind.TakesValue)
        {
            if (kind is Modifiers.EndpassModifier && _open!.Verb is not (AclVerb.Accept or AclVerb.Discard))
            {
                Report($"ACL error: \"{kind.Name}\" is not allowed with \"{_open.Verb.Word}\"", line);
                return;
            }

            Add(kind, negated, "", variable, line);
            return;
        }

        rest = rest.TrimStart();
        if (rest.IsEmpty || rest[0] != '=')
        {
            Report($"\"=\" missing after ACL \"{kind.Name}\" {(kind.IsModifier ? "modifier" : "condition")}", line);
            return;
        }

        Add(kind, negated, rest[1..].Trim().ToString(), variable, line);
    }

    private void Add(AclItemKind kind, bool negated, string value, string? variable, LogicalLine line) =>
        _items.Add(new AclItem(kind, negated, StringExpansion.Compile(value), variable, line.Location));

    // The reference refuses a dollar sign here, and its own documentation writes one: it is taken as a slip of the pen.
    private bool TakeVariable(LogicalLine line, ref ReadOnlySpan<char> rest, out string? variable)
    {
        rest = rest.TrimStart();
        if (!rest.IsEmpty && rest[0] == '$')
        {
            rest = rest[1..];
        }

        var name = TakeWord(ref rest);
        variable = name.ToString();
        if (Modifiers.SetModifier.IsVariable(name))
        {
            return true;
        }

        Report($"invalid variable name after \"set\" in ACL modifier \"{line.Text}\"", line);
        return false;
    }

    private void Close()
    {
        if (_open is not null)
        {
            _statements.Add(_open with { Items = _items.ToImmutable() });
            _open = null;
        }

        _items.Clear();
    }

    private void Report(string message, LogicalLine line, string? hint = null) =>
        _problems.Add(new ConfigurationProblem($"error in ACL: {message}", line.Location, hint));

    private static bool TakeNegation(ref ReadOnlySpan<char> text)
    {
        text = text.TrimStart();
        var negated = false;
        while (!text.IsEmpty && text[0] == '!')
        {
            negated = !negated;
            text = text[1..].TrimStart();
        }

        return negated;
    }

    private static ReadOnlySpan<char> TakeWord(ref ReadOnlySpan<char> text)
    {
        var end = 0;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
        {
            end++;
        }

        var word = text[..end];
        text = text[end..];
        return word;
    }
}
