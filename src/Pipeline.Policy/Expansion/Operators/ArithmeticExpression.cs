using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion.Operators;

/// <summary>
/// Evaluates an expression over 64-bit signed integers. Precedence from the loosest: <c>|</c>, <c>^</c>, <c>&amp;</c>, shifts, <c>+ -</c>,
/// <c>* / %</c>, then the unary <c>+ - ~</c> and parentheses. Division by zero, and a sum or difference that is too large, are errors with a reason;
/// in everything else the number wraps, and the count of a shift counts modulo 64, as they do in Exim.
/// </summary>
internal ref struct ArithmeticExpression(ReadOnlySpan<char> text, bool decimalOnly)
{
    private const int MaxNesting = 200;

    /// <summary>Binary operators by level, the loosest first; a shift is written twice.</summary>
    private static readonly string[] Levels = ["|", "^", "&", "<>", "+-", "*/%"];

    private readonly ReadOnlySpan<char> _text = text;
    private int _position = 0;
    private int _nesting = 0;
    private string? _error = null;

    public bool TryEvaluate(out long value, out string error, out int processed)
    {
        value = Binary(0);
        if (_error is null)
        {
            SkipBlanks();
            if (_position < _text.Length)
            {
                _error = "expecting operator";
            }
        }

        error = _error ?? "";
        processed = Math.Min(_position, _text.Length);
        return _error is null;
    }

    private long Binary(int level)
    {
        if (level == Levels.Length)
        {
            return Unary();
        }

        var left = Binary(level + 1);
        while (_error is null && TryTakeOperator(level, out var op))
        {
            var right = Binary(level + 1);
            if (_error is null)
            {
                left = Apply(op, left, right);
            }
        }

        return left;
    }

    private bool TryTakeOperator(int level, out char op)
    {
        SkipBlanks();
        op = _position < _text.Length ? _text[_position] : '\0';
        if (op == '\0' || !Levels[level].Contains(op, StringComparison.Ordinal))
        {
            return false;
        }

        if (op is '<' or '>')
        {
            if (_position + 1 >= _text.Length || _text[_position + 1] != op)
            {
                return false;
            }

            _position++;
        }

        _position++;
        return true;
    }

    private long Apply(char op, long left, long right)
    {
        switch (op)
        {
            case '|': return left | right;
            case '^': return left ^ right;
            case '&': return left & right;
            case '<': return left << (int)right;
            case '>': return left >> (int)right;
            case '+': return (Int128)left + right > long.MaxValue ? Fail("overflow in sum") : unchecked(left + right);
            case '-': return (Int128)left - right > long.MaxValue ? Fail("overflow in difference") : unchecked(left - right);
            case '*': return unchecked(left * right);
            case '/' when right == 0: return Fail("divide by zero");
            case '%' when right == 0: return Fail("modulo by zero");
            case '/' or '%' when left == long.MinValue && right == -1: return long.MaxValue;
            case '/': return left / right;
            default: return left % right;
        }
    }

    private long Unary()
    {
        SkipBlanks();
        if (_position >= _text.Length)
        {
            return Fail("expecting number or opening parenthesis");
        }

        if (++_nesting > MaxNesting)
        {
            return Fail("expression is nested too deeply");
        }

        var c = _text[_position];
        long value;
        switch (c)
        {
            case '+' or '-' or '~':
                _position++;
                value = Unary();
                value = c == '-' ? unchecked(-value) : c == '~' ? ~value : value;
                break;
            case '(':
                _position++;
                value = Binary(0);
                SkipBlanks();
                if (_error is null && (_position >= _text.Length || _text[_position++] != ')'))
                {
                    Fail("expecting closing parenthesis");
                }

                break;
            default:
                value = Number();
                break;
        }

        _nesting--;
        return value;
    }

    private long Number()
    {
        var start = _position;
        var radix = 10;
        if (!decimalOnly && _text[_position] == '0' && _position + 1 < _text.Length)
        {
            if ((_text[_position + 1] | 0x20) == 'x')
            {
                radix = 16;
                _position += 2;
                start = _position;
            }
            else if (char.IsAsciiDigit(_text[_position + 1]))
            {
                radix = 8;
            }
        }

        // What is too large for a number is the largest one.
        long value = 0;
        while (_position < _text.Length && IntegerText.Digit(_text[_position]) < radix)
        {
            value = (long)Int128.Min(((Int128)value * radix) + IntegerText.Digit(_text[_position++]), long.MaxValue);
        }

        if (_position == start && radix != 16)
        {
            return Fail("expecting number or opening parenthesis");
        }

        if (_position < _text.Length)
        {
            var shift = IntegerText.SuffixShift(_text[_position]);
            value <<= shift;
            _position += shift > 0 ? 1 : 0;
        }

        return value;
    }

    private long Fail(string error)
    {
        _error ??= error;
        return 0;
    }

    private void SkipBlanks()
    {
        while (_position < _text.Length && ListSyntax.IsBlank(_text[_position]))
        {
            _position++;
        }
    }
}
