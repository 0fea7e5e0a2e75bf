namespace Pipeline.Mail.Scanning;

/// <summary>What a scanner thinks of a message.</summary>
/// <param name="Score">The more, the more it is spam.</param>
/// <param name="Threshold">From this score on it counts as spam.</param>
/// <param name="Report">Why, in lines ended by LF. One char for each octet, as the scanner wrote them.</param>
public sealed record SpamVerdict(decimal Score, decimal Threshold, string Report)
{
    public bool IsSpam => Score >= Threshold;
}
