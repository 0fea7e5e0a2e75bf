using System.Collections.Immutable;
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
        var words = new WordReader(line.Text);
        words.TryRead(out var pattern);
        if (!words.TryRead(out var errorText))
        {
            return Refuse("missing error type in retry rule");
        }

        if (ErrorPattern.Parse(errorText) is not { } error)
        {
            return Refuse($"unknown or malformed retry error \"{errorText}\"");
        }

        MailList? senders = null;
        if (words.Rest is ['s', 'e', 'n', 'd', 'e', 'r', 's', .. var behind] && behind.TrimStart() is ['=', ..])
        {
            words.Skip(words.Rest.IndexOf('=') + 1);
            words.TryRead(out var list);
            senders = MailList.Compile(ListKind.Address, list);
        }

        var steps = ImmutableArray.CreateBuilder<RetryStep>();
        foreach (var text in words.Rest.ToString().Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
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
        var matcher = MailList.Compile(isDomain ? ListKind.Domain : ListKind.Address, $"<\n {pattern}");
        return new RetryRule(pattern, matcher, isDomain, error, senders, steps.ToImmutable(), line.Location);

        RetryRule? Refuse(string message)
        {
            problems.Add(new ConfigurationProblem(message, line.Location));
            return null;
        }
    }

    /// <summary>What <c>-brt</c> prints.</summary>
    public override string ToString() =>
        $"Retry rule: {PatternText}  {Error.Text}  {string.Concat(Steps.Select(step => $"{step}; "))}";
}
