using System.Runtime.CompilerServices;
using System.Text;
using Pipeline.Policy.Expansion.Items;
using Pipeline.Policy.Expansion.Operators;
using Pipeline.Policy.Expansion.Variables;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion.Parsing;

/// <summary>Reads a string with <c>$</c> references into a tree (Exim specification, chapter "String expansions").</summary>
/// <remarks>
/// A mistake ends the parse: the parser is then <see cref="Broken"/>, every reader returns at once, and what was read so far followed by a
/// <see cref="FailureNode"/> is the tree. So an earlier part that fails when it is evaluated wins over a later mistake, as it does in Exim.
/// </remarks>
internal sealed class ExpansionParser(string text)
{
    private const int MaxNesting = 200;

    private int _nesting;

    /// <summary>A mistake was found; <see cref="Failure"/> says which.</summary>
    public bool Broken => Failure is not null;

    public FailureNode? Failure { get; private set; }

    /// <summary>A header name has a brace in it, as one has that should have ended in a colon before.</summary>
    public bool MayLackColon { get; private set; }

    /// <summary>What was met and is not available, for a check of the configuration.</summary>
    public List<UnavailablePart> Unavailable { get; } = [];

    /// <summary>Names of the lookup types that were met.</summary>
    public List<string> Lookups { get; } = [];

    public int Position { get; set; }

    public ReadOnlySpan<char> Rest => text.AsSpan(Position);

    /// <summary>What is written between two positions.</summary>
    public string Between(int start, int end) => text[start..end];

    /// <summary>The next character, or NUL at the end.</summary>
    public char Current => Position < text.Length ? text[Position] : '\0';

    /// <summary>Parses the whole text.</summary>
    public ExpansionNode ParseWhole() => ParseString(braced: false);

    /// <summary>Records a mistake.</summary>
    public FailureNode Fail(string message) => Failure ??= new FailureNode(message);

    /// <summary>Records a mistake in the use of braces.</summary>
    public FailureNode FailBraces(string message = "missing or misplaced { or }") =>
        Fail(MayLackColon ? message + " - could be header name not terminated by colon" : message);

    /// <summary>Says where the mistake is, when there is one: <c> inside "map" item</c>.</summary>
    public void Locate(string place)
    {
        if (Failure is not null)
        {
            Failure = new FailureNode(Failure.Message + place);
        }
    }

    /// <summary>Takes back what was read since then, for text whose meaning shows only when it has been read.</summary>
    public void Return(int position)
    {
        Position = position;
        Failure = null;
    }

    /// <summary>What is left of an item in which a mistake was found: its parts are still evaluated, in case one of them fails before.</summary>
    public ExpansionNode Unwind(params IEnumerable<ExpansionNode> parts) => new SequenceNode([.. parts, Failure!]);

    /// <summary>Finds a variable, and notes one that nothing sets.</summary>
    /// <param name="hint">As of <see cref="VariableRegistry.TryFind"/>.</param>
    public bool TryFindVariable(string name, out VariableDefinition variable, out string hint)
    {
        var found = VariableRegistry.TryFind(name, out variable, out hint);
        if (found && !variable.IsAvailable)
        {
            Unavailable.Add(UnavailablePart.Variable(name));
        }

        return found;
    }

    public void SkipBlanks()
    {
        while (Position < text.Length && ListSyntax.IsBlank(text[Position]))
        {
            Position++;
        }
    }

    /// <summary>Takes the character when it is the next one.</summary>
    public bool TryTake(char c)
    {
        if (Current != c || Position >= text.Length)
        {
            return false;
        }

        Position++;
        return true;
    }

    /// <summary>Reads letters, digits, underscores and, when asked, hyphens.</summary>
    public string ReadName(bool hyphens = false)
    {
        var start = Position;
        while (Position < text.Length && (char.IsAsciiLetterOrDigit(text[Position]) || text[Position] == '_' || (hyphens && text[Position] == '-')))
        {
            Position++;
        }

        return text[start..Position];
    }

    /// <summary>Reads what follows <c>h_</c> and its relatives: up to a colon, which is taken, or a blank or control character.</summary>
    public string ReadHeaderName()
    {
        var start = Position;
        while (Position < text.Length && text[Position] is > ' ' and < '\x7f' and not ':')
        {
            MayLackColon |= text[Position] == '}';
            Position++;
        }

        var name = text[start..Position];
        TryTake(':');
        return name;
    }

    /// <summary>Parses up to the end of the text or, when <paramref name="braced"/>, up to an unescaped closing brace, which is not taken.</summary>
    /// <param name="dollars">False where only escapes are interpreted (the list of <c>match_domain</c>).</param>
    public ExpansionNode ParseString(bool braced, bool dollars = true)
    {
        if (++_nesting > MaxNesting || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return Fail($"string expansion is nested more than {MaxNesting} deep");
        }

        var parts = new List<ExpansionNode>();
        var literal = new StringBuilder();
        while (!Broken)
        {
            if (Position >= text.Length)
            {
                if (braced)
                {
                    FailBraces("missing } at end of string");
                }

                break;
            }

            var c = text[Position];
            if (c == '}' && braced)
            {
                break;
            }

            if (c == '\\')
            {
                ReadEscape(literal);
            }
            else if (c == '$' && dollars)
            {
                FlushLiteral(parts, literal);
                Position++;
                parts.Add(ParseReference());
            }
            else
            {
                literal.Append(c);
                Position++;
            }
        }

        _nesting--;
        FlushLiteral(parts, literal);
        if (Failure is not null)
        {
            parts.Add(Failure);
        }

        return SequenceNode.Of(parts);
    }

    /// <summary>Reads <c>{…}</c>; the opening brace must be the next character.</summary>
    public ExpansionNode ParseBraced(bool dollars = true)
    {
        Position++;
        var node = ParseString(braced: true, dollars);
        TryTake('}');
        return node;
    }

    /// <summary>Reads the arguments of an item, each in braces. False when something is wrong.</summary>
    /// <param name="closes">The item ends behind them: its closing brace is taken too.</param>
    public bool TryReadArguments(string item, int least, int most, List<ExpansionNode> arguments, bool closes)
    {
        SkipBlanks();
        for (var i = 0; i < most; i++)
        {
            if (Current != '{')
            {
                if (i < least)
                {
                    Fail($"Not enough arguments for '{item}' (min is {least})");
                    return false;
                }

                break;
            }

            arguments.Add(ParseBraced());
            if (Broken)
            {
                return false;
            }

            SkipBlanks();
        }

        if (closes && !TryTake('}'))
        {
            if (Current == '{')
            {
                Fail($"Too many arguments for '{item}' (max is {most})");
            }
            else
            {
                FailBraces($"missing '}}' after '{item}'");
            }

            return false;
        }

        return true;
    }

    /// <summary>Reads one argument in braces, and blanks in front of it. False when something is wrong.</summary>
    /// <param name="description">What the argument is, for the message: <c>list arg of sort</c>.</param>
    public bool TryReadArgument(string description, List<ExpansionNode> arguments)
    {
        SkipBlanks();
        if (Current != '{')
        {
            FailBraces($"missing '{{' for {description}");
            return false;
        }

        arguments.Add(ParseBraced());
        return !Broken;
    }

    private static void FlushLiteral(List<ExpansionNode> parts, StringBuilder literal)
    {
        if (literal.Length > 0)
        {
            parts.Add(new LiteralNode(literal.ToString()));
            literal.Clear();
        }
    }

    private void ReadEscape(StringBuilder literal)
    {
        if (Position + 1 >= text.Length)
        {
            Fail("\\ at end of string");
            return;
        }

        if (text[Position + 1] != 'N')
        {
            var (c, length) = EscapeSequence.Read(text.AsSpan(Position));
            literal.Append(c);
            Position += length;
            return;
        }

        var start = Position + 2;
        var end = text.IndexOf("\\N", start, StringComparison.Ordinal);
        literal.Append(text.AsSpan(start, (end < 0 ? text.Length : end) - start));
        Position = end < 0 ? text.Length : end + 2;
    }

    /// <summary>Parses what follows a dollar sign.</summary>
    private ExpansionNode ParseReference()
    {
        if (char.IsAsciiDigit(Current))
        {
            return ReadNumericVariable();
        }

        if (char.IsAsciiLetter(Current))
        {
            var start = Position;
            var name = ReadName();
            if (HeaderReference.TryParsePrefix(name, out var prefixLength, out var form))
            {
                Position = start + prefixLength;
                return new HeaderNode(ReadHeaderName(), form);
            }

            return TryFindVariable(name, out var variable, out var hint)
                ? new VariableNode(variable)
                : Fail($"unknown variable name \"{name}\"{hint}");
        }

        if (!TryTake('{'))
        {
            return Fail("$ not followed by letter, digit, or {");
        }

        return char.IsAsciiDigit(Current) ? ParseBracedNumber()
            : char.IsAsciiLetter(Current) ? ParseBracedReference()
            : Fail("letter or digit expected after ${");
    }

    private NumericVariableNode ReadNumericVariable()
    {
        var start = Position;
        while (char.IsAsciiDigit(Current))
        {
            Position++;
        }

        return new NumericVariableNode(int.TryParse(text.AsSpan(start, Position - start), out var number) ? number : int.MaxValue);
    }

    private ExpansionNode ParseBracedNumber()
    {
        var variable = ReadNumericVariable();
        return TryTake('}') ? variable : Fail("} expected after number");
    }

    private ExpansionNode ParseBracedReference()
    {
        var name = ReadName(hyphens: true);
        if (ItemRegistry.TryFind(name, out var item))
        {
            if (!item.IsAvailable)
            {
                Unavailable.Add(UnavailablePart.Failing($"expansion item \"{name}\""));
            }

            return item.Parse(this, name);
        }

        if (TryTake(':'))
        {
            return ParseOperator(name);
        }

        if (TryTake('}'))
        {
            return TryFindVariable(name, out var variable, out var hint)
                ? new VariableNode(variable)
                : Fail($"unknown variable in \"${{{name}}}\"{hint}");
        }

        return Fail($"\"${{{name}\" is not a known operator (or a }} is missing in a variable reference)");
    }

    private ExpansionNode ParseOperator(string name)
    {
        // The argument is read first: a mistake inside it is reported before an unknown operator.
        var argument = ParseString(braced: true);
        if (Broken)
        {
            return Unwind(argument);
        }

        TryTake('}');
        if (!OperatorRegistry.TryFind(name, out var definition, out var suffix))
        {
            Fail($"unknown expansion operator \"{name}\"");
            return Unwind(argument);
        }

        return new OperatorNode(definition, name, suffix, argument);
    }
}
