using System.Collections.Immutable;

namespace Pipeline.Mail.Scanning;

/// <summary>What came of a scan: a verdict, or the reason why there is none.</summary>
public abstract record ScanOutcome
{
    private ScanOutcome()
    {
    }

    /// <summary>Why there is no verdict; null with one.</summary>
    public string? Problem => this switch
    {
        Failed failed => failed.Reason,
        Busy busy => busy.Reason,
        _ => null,
    };

    /// <param name="By">Who scanned, for people: a server, and in a cluster the node that asked it.</param>
    public sealed record Scanned(SpamVerdict Verdict, string By) : ScanOutcome;

    /// <summary>A virus scanner has looked at the message.</summary>
    /// <param name="Malware">What it calls what it found, one char for each octet; null when it found nothing.</param>
    /// <param name="By">Who scanned, for people: the scanner, and in a cluster the node that asked it.</param>
    /// <param name="Address">Where the scanner was reached over IP, as <c>[address]:port</c>; null for one that was not, or is not this node's.</param>
    public sealed record Examined(string? Malware, string By, string? Address = null) : ScanOutcome;

    /// <summary>A checksum clearinghouse has counted the message.</summary>
    /// <param name="By">Who counted, for people.</param>
    public sealed record Counted(DccVerdict Verdict, string By) : ScanOutcome;

    /// <summary>A verdict server has judged the message.</summary>
    /// <param name="Verdicts">Recipients that none is about have none.</param>
    /// <param name="By">Who judged, for people.</param>
    public sealed record Judged(ImmutableArray<BmiVerdict> Verdicts, string By) : ScanOutcome;

    /// <summary>There is no verdict now; later, or elsewhere, there may be one.</summary>
    public sealed record Failed(string Reason) : ScanOutcome;

    /// <summary>The scanner has as much to do as it takes. Nothing was tried.</summary>
    public sealed record Busy(string Reason) : ScanOutcome;
}
