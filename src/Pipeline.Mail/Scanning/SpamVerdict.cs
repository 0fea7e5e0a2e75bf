namespace Pipeline.Mail.Scanning;

/// <summary>What a scanner thinks of a message.</summary>
/// <param name="Score">The more, the more it is spam.</param>
/// <param name="Threshold">From this score on it counts as spam.</param>
/// <param name="Report">Why, in lines ended by LF. One char for each octet, as the scanner wrote them.</param>
/// <param name="Proposal">What the scanner would do with the message, in its own words; null of one that says nothing of it.</param>
public sealed record SpamVerdict(decimal Score, decimal Threshold, string Report, string? Proposal = null)
{
    public bool IsSpam => Score >= Threshold;

    /// <summary>What is to be done with the message: as proposed, or by its score alone.</summary>
    public string Action => Proposal ?? (IsSpam ? "reject" : "no action");
}
