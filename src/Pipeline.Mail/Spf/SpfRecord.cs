using System.Collections.Immutable;

namespace Pipeline.Mail.Spf;

/// <summary>A record whose whole syntax is right (RFC 7208 section 4.6).</summary>
/// <param name="Redirect">The domain-spec of redirect=; null when absent.</param>
/// <param name="Explanation">The domain-spec of exp=; null when absent.</param>
internal sealed record SpfRecord(ImmutableArray<SpfTerm> Terms, SpfMacroString? Redirect, SpfMacroString? Explanation);
