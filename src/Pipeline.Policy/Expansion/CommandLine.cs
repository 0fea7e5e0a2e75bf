using System.Text;
using Pipeline.Policy.Expansion.Parsing;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion;

/// <summary>Splits a command into its arguments, without a shell: double quotes with backslash escapes, single quotes without.</summary>
public static class CommandLine
{
    private const int MaxArguments = 500;

    /// <param name="error">What is wrong with the command.</param>
    public static bool TrySplit(string line, out IReadOnlyList<string> arguments, out string error)
    {
        var split = new List<string>();
        arguments = split;
        var position = 0;
        error = "";
        while (true)
        {
            while (position < line.Length && ListSyntax.IsBlank(line[position]))
            {
                position++;
            }

            if (position >= line.Length)
            {
                break;
            }

            if (split.Count == MaxArguments)
            {
                error = $"too many arguments to command \"{split[0]}\"";
                return false;
            }

            split.Add(ReadArgument(line, ref position));
        }

        return true;
    }

    /// <summary>Reads an argument. Quotes count only at its beginning, and the end of the line closes them.</summary>
    private static string ReadArgument(string line, ref int position)
    {
        var quote = line[position];
        if (quote is not ('"' or '\''))
        {
            var start = position;
            while (position < line.Length && !ListSyntax.IsBlank(line[position]))
            {
                position++;
            }

            return line[start..position];
        }

        var read = new StringBuilder();
        position++;
        while (position < line.Length && line[position] != quote)
        {
            if (quote == '"' && line[position] == '\\' && position + 1 < line.Length)
            {
                var (c, length) = EscapeSequence.Read(line.AsSpan(position));
                read.Append(c);
                position += length;
            }
            else
            {
                read.Append(line[position++]);
            }
        }

        position = Math.Min(position + 1, line.Length);
        return read.ToString();
    }
}
