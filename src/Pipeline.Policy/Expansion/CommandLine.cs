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

            if (!TryReadArgument(line, ref position, out var argument))
            {
                error = $"missing quote in command \"{line}\"";
                return false;
            }

            split.Add(argument);
        }

        error = split.Count == 0 ? "missing command" : "";
        return split.Count > 0;
    }

    private static bool TryReadArgument(string line, ref int position, out string argument)
    {
        var read = new StringBuilder();
        while (position < line.Length && !ListSyntax.IsBlank(line[position]))
        {
            var quote = line[position];
            if (quote is not ('"' or '\''))
            {
                read.Append(quote);
                position++;
                continue;
            }

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

            if (position >= line.Length)
            {
                argument = "";
                return false;
            }

            position++;
        }

        argument = read.ToString();
        return true;
    }
}
