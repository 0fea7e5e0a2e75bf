using System.Collections.Immutable;
using System.Text;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Retry;

/// <summary>One line of the retry section: <c>pattern error [senders=list] steps</c>.</summary>
/// <param name="PatternText">The first field as written.</param>
internal sealed record RetryRule(string PatternText, MailList Pattern, bool IsDomain, ErrorPattern Error, MailList? Senders, ImmutableArray<RetryStep> Steps, SourceLocation Location)
{
    private const int MaxSteps = 100;

    public static RetryRule? Parse(LogicalLine line, ICollection<ConfigurationProblem> problems)
    {
        var rest = line.Text.AsSpan();
        var pattern = TakeWord(ref rest);
        var errorText = TakeWord(ref rest);
        if (errorText.Length == 0)
        {
            return Refuse("missing error type in retry rule");
        }

        if (ErrorPattern.Parse(errorText) is not { } error)
        {
            return Refuse($"unknown or malformed retry error \"{errorText}\"");
        }

        MailList? senders = null;
        rest = rest.TrimStart();
        if (rest.StartsWith("senders", StringComparison.Ordinal) && rest[7..].TrimStart() is ['=', ..])
        {
            rest = rest[(rest.IndexOf('=') + 1)..];
            senders = MailList.Compile(ListKind.Address, TakeWord(ref rest));
        }

        var steps = ImmutableArray.CreateBuilder<RetryStep>();
        foreach (var text in rest.ToString().Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (RetryStep.Parse(text, out var wrong) is not { } step)
            {
                return Refuse(wrong);
            }

            if (steps.Count < MaxSteps)
            {
                steps.Add(step);
            }
        }

        // One item, whatever separators it holds: a line end cannot occur in it.
        var isDomain = !pattern.Contains('@', StringComparison.Ordinal) && !pattern.StartsWith('^');
        var list = MailList.Compile(isDomain ? ListKind.Domain : ListKind.Address, $"<\n {pattern}");
        return new RetryRule(pattern, list, isDomain, error, senders, steps.ToImmutable(), line.Location);

        RetryRule? Refuse(string message)
        {
            problems.Add(new ConfigurationProblem(message, line.Location));
            return null;
        }
    }

    /// <summary>What <c>-brt</c> prints.</summary>
    public override string ToString() =>
        $"Retry rule: {PatternText}  {Error.Text}  {string.Concat(Steps.Select(step => $"{step}; "))}";

    private static string TakeWord(ref ReadOnlySpan<char> text)
    {
        text = text.TrimStart();
        if (text.IsEmpty || text[0] != '"')
        {
            var end = text.IndexOfAny(' ', '\t');
            var word = (end < 0 ? text : text[..end]).ToString();
            text = end < 0 ? [] : text[end..];
            return word;
        }

        var quoted = new StringBuilder();
        var position = 1;
        while (position < text.Length && text[position] != '"')
        {
            position += text[position] == '\\' && position + 1 < text.Length ? 1 : 0;
            quoted.Append(text[position++]);
        }

        text = position < text.Length ? text[(position + 1)..] : [];
        return quoted.ToString();
    }
}
