using System.Globalization;
using Pipeline.Actors.Verification;
using Pipeline.Mail.Scanning;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Scanning;

/// <summary>Says in words what a verdict server wants done, for the journal.</summary>
internal static class JudgedRecipients
{
    private const string Mixed = "mixed";
    private const int MaxNamed = 20;

    public static CheckResult Summarize(ScanOutcome.Judged judged)
    {
        var verdicts = judged.Verdicts;
        var words = verdicts.Select(WordOf).Distinct(StringComparer.Ordinal).ToArray();
        return new CheckResult(
            words switch { [] => "none", [var word] => word, _ => Mixed },
            string.Join("; ", [.. verdicts.Take(MaxNamed).Select(Describe), .. Rest(verdicts.Length), $"by {judged.By}"]),
            judged);
    }

    private static IEnumerable<string> Rest(int count) =>
        count > MaxNamed ? [string.Create(CultureInfo.InvariantCulture, $"and {count - MaxNamed} verdicts more")] : [];

    private static string WordOf(BmiVerdict verdict) => verdict switch
    {
        { Problem: not null } => "unjudged",
        { IsDelivered: false } => "discard",
        { Alternate: not null } => "alternate",
        _ => "deliver",
    };

    private static string Describe(BmiVerdict verdict)
    {
        var recipients = string.Join(' ', verdict.Recipients.Take(MaxNamed).Select(OctetString.ToText));
        var more = verdict.Recipients.Length > MaxNamed ? string.Create(CultureInfo.InvariantCulture, $" and {verdict.Recipients.Length - MaxNamed} more") : "";
        var rules = verdict.Rules.IsEmpty ? "" : $", rule {string.Join(' ', verdict.Rules.Take(MaxNamed))}";
        var why = verdict.Problem is { } problem ? $" ({OctetString.ToText(problem)})" : verdict.Alternate is { } location ? $" \"{OctetString.ToText(location)}\"" : "";
        return $"{WordOf(verdict)}{why}: {recipients}{more}{rules}";
    }
}
