using System.Globalization;
using System.Text;

namespace Pipeline.Tests.Support.Yaml;

/// <summary>The text of scalars: folding, escapes, block styles.</summary>
internal static class YamlScalars
{
    private const string SimpleEscapes = "0abtnvfre\"/\\N_LP ";
    private const string SimpleValues = "\0\a\b\t\n\v\f\r\u001b\"/\\\u0085\u00a0\u2028\u2029 ";

    /// <summary>A plain scalar goes on over lines that are indented more than its parent.</summary>
    public static string ReadPlain(YamlCursor at, int parentIndent)
    {
        var result = new StringBuilder(ReadPlainLine(at));
        while (!at.IsAtEnd)
        {
            var line = at.Line;
            if (!at.SkipToContent() || at.Column <= parentIndent || at.IsDocumentMark || at.Line == line)
            {
                break;
            }

            AppendLineBreaks(result, at.Line - line);
            result.Append(ReadPlainLine(at));
        }

        return result.ToString();
    }

    public static string ReadQuoted(YamlCursor at) => at.Current == '"' ? ReadDouble(at) : ReadSingle(at);

    /// <summary>The literal (|) and folded (>) styles with their chomping indicator.</summary>
    public static string ReadBlockScalar(YamlCursor at, int parentIndent)
    {
        var header = at.TakeUntilAny("\n").Trim();
        var isFolded = header[0] == '>';
        at.Advance(1);
        var lines = new List<string>();
        var indent = -1;
        while (!at.IsAtEnd)
        {
            var blanks = 0;
            while (at.Peek(blanks) == ' ' && (indent < 0 || blanks < indent))
            {
                blanks++;
            }

            var isEmpty = at.Peek(blanks) is '\n' or '\0';
            if (!isEmpty)
            {
                indent = indent < 0 && blanks > parentIndent ? blanks : indent;
                if (indent < 0 || blanks < indent)
                {
                    break;
                }
            }

            at.Advance(blanks);
            lines.Add(at.TakeUntilAny("\n"));
            at.Advance(1);
        }

        return Assemble(lines, isFolded, header);
    }

    private static string Assemble(List<string> lines, bool isFolded, string header)
    {
        var end = lines.Count;
        while (end > 0 && lines[end - 1].Length == 0)
        {
            end--;
        }

        var result = new StringBuilder();
        for (var i = 0; i < end; i++)
        {
            result.Append(lines[i]);
            if (i == end - 1)
            {
                break;
            }

            var keepsBreak = !isFolded || lines[i].Length == 0 || lines[i + 1].Length == 0 || lines[i + 1][0] is ' ' or '\t' || lines[i][0] is ' ' or '\t';
            var isBreakBeforeEmpty = isFolded && lines[i].Length > 0 && lines[i + 1].Length == 0;
            result.Append(isBreakBeforeEmpty ? "" : keepsBreak ? "\n" : " ");
        }

        if (!header.Contains('-', StringComparison.Ordinal) && end > 0)
        {
            result.Append('\n', header.Contains('+', StringComparison.Ordinal) ? lines.Count - end + 1 : 1);
        }

        return result.ToString();
    }

    private static string ReadPlainLine(YamlCursor at)
    {
        var result = new StringBuilder();
        while (!at.IsAtEnd && at.Current != '\n' && !at.IsAtMappingColon && !(at.Current == '#' && result.Length > 0 && result[^1] == ' '))
        {
            result.Append(at.Current);
            at.Advance(1);
        }

        return result.ToString().TrimEnd();
    }

    private static string ReadSingle(YamlCursor at)
    {
        var result = new StringBuilder();
        at.Advance(1);
        while (true)
        {
            if (at.IsAtEnd)
            {
                throw at.Error("a quote is not closed");
            }

            if (at.Current == '\'')
            {
                at.Advance(1);
                if (at.Current != '\'')
                {
                    return result.ToString();
                }
            }

            if (!TryFold(at, result))
            {
                result.Append(at.Current);
                at.Advance(1);
            }
        }
    }

    private static string ReadDouble(YamlCursor at)
    {
        var result = new StringBuilder();
        at.Advance(1);
        while (at.Current != '"')
        {
            if (at.IsAtEnd)
            {
                throw at.Error("a quote is not closed");
            }

            if (at.Current == '\\')
            {
                AppendEscape(at, result);
            }
            else if (!TryFold(at, result))
            {
                result.Append(at.Current);
                at.Advance(1);
            }
        }

        at.Advance(1);
        return result.ToString();
    }

    private static void AppendEscape(YamlCursor at, StringBuilder result)
    {
        var escape = at.Peek(1);
        at.Advance(2);
        if (escape == '\n')
        {
            while (at.Current is ' ' or '\t')
            {
                at.Advance(1);
            }

            return;
        }

        var digits = escape switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits == 0)
        {
            result.Append(SimpleValues[SimpleEscapes.IndexOf(escape, StringComparison.Ordinal)]);
            return;
        }

        var code = 0;
        for (var i = 0; i < digits; i++)
        {
            code = (code * 16) + int.Parse(at.Current.ToString(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            at.Advance(1);
        }

        result.Append(digits == 8 ? char.ConvertFromUtf32(code) : ((char)code).ToString());
    }

    /// <summary>A line end within quotes: one becomes a blank, more become one line end fewer; white space around them goes.</summary>
    private static bool TryFold(YamlCursor at, StringBuilder result)
    {
        if (at.Current != '\n')
        {
            return false;
        }

        while (result.Length > 0 && result[^1] is ' ' or '\t')
        {
            result.Length--;
        }

        var breaks = 0;
        while (at.Current is '\n' or ' ' or '\t')
        {
            breaks += at.Current == '\n' ? 1 : 0;
            at.Advance(1);
        }

        AppendLineBreaks(result, breaks);
        return true;
    }

    private static void AppendLineBreaks(StringBuilder result, int breaks) => result.Append(breaks == 1 ? ' ' : '\n', Math.Max(1, breaks - 1));
}
