namespace Pipeline.Mail.Spf;

/// <summary>What evaluating the record of one domain gave.</summary>
/// <param name="Domain">The domain whose record decided, after redirects.</param>
/// <param name="Term">The directive that matched; null when none did.</param>
/// <param name="Explanation">exp= of the record that decided.</param>
internal sealed record SpfOutcome(SpfVerdict Verdict, string Domain, string Reason, string? Term = null, SpfMacroString? Explanation = null);
