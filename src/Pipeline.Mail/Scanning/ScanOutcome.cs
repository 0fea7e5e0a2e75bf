namespace Pipeline.Mail.Scanning;

/// <summary>What came of a scan: a verdict, or the reason why there is none.</summary>
public abstract record ScanOutcome
{
    private ScanOutcome()
    {
    }

    /// <param name="By">Who scanned, for people: a server, and in a cluster the node that asked it.</param>
    public sealed record Scanned(SpamVerdict Verdict, string By) : ScanOutcome;

    /// <summary>There is no verdict now; later, or elsewhere, there may be one.</summary>
    public sealed record Failed(string Reason) : ScanOutcome;

    /// <summary>The scanner has as much to do as it takes. Nothing was tried.</summary>
    public sealed record Busy(string Reason) : ScanOutcome;
}
