using System.Collections.Immutable;

namespace Pipeline.Mail.Dmarc;

/// <summary>The result words of RFC 9989 section 9.4 for Authentication-Results. The numbers are stored.</summary>
public enum DmarcVerdict
{
    /// <summary>There is no author, or no record that counts.</summary>
    None = 0,

    Pass = 1,
    Fail = 2,

    /// <summary>DNS did not say what was needed to decide.</summary>
    TempError = 3,
}

/// <summary>How one authenticated identifier stands to the author's domain.</summary>
/// <param name="Method">spf or dkim.</param>
/// <param name="Domain">The domain that was authenticated, or not.</param>
/// <param name="Word">The result of the method: pass, fail …</param>
/// <param name="IsAligned">It passed, and the domain belongs to the author's.</param>
/// <param name="Reason">In words.</param>
public sealed record DmarcAlignment(string Method, string Domain, string Word, bool IsAligned, string Reason)
{
    /// <summary>DNS kept it from being decided, or the method from passing, though it might have been aligned.</summary>
    public bool IsUndecided { get; init; }
}

/// <summary>What DMARC says of one message.</summary>
/// <param name="Author">Whose message it says it is.</param>
/// <param name="Reason">In words, for an operator.</param>
public sealed record DmarcResult(DmarcVerdict Verdict, DmarcAuthor Author, string Reason)
{
    /// <summary>The domain of the author that was judged; of several the one with the strictest policy. Empty without an author.</summary>
    public string AuthorDomain { get; init; } = "";

    /// <summary>Where the record that decides was found; the author's domain when there is none.</summary>
    public string PolicyDomain { get; init; } = "";

    /// <summary>Of the author; null when it was not found out.</summary>
    public string? OrganizationalDomain { get; init; }

    /// <summary>The record that decides; null when there is none that counts.</summary>
    public DmarcRecord? Record { get; init; }

    /// <summary>What the record asks for messages of this author that fail: p, sp or np.</summary>
    public DmarcPolicy RequestedPolicy { get; init; }

    /// <summary>What remains of it after t= or pct=.</summary>
    public DmarcPolicy Policy { get; init; }

    /// <summary>Null when SPF was not asked.</summary>
    public DmarcAlignment? Spf { get; init; }

    /// <summary>One for each signature, from the top.</summary>
    public ImmutableArray<DmarcAlignment> Dkim { get; init; } = [];

    /// <summary>Questions that were asked of DNS for it.</summary>
    public int Queries { get; init; }

    public bool IsSpfAligned => Spf is { IsAligned: true };

    public bool IsDkimAligned => Dkim.Any(signature => signature.IsAligned);

    /// <summary>The word of RFC 8601: none, pass, fail, temperror.</summary>
    public string Word => Verdict switch
    {
        DmarcVerdict.Pass => "pass",
        DmarcVerdict.Fail => "fail",
        DmarcVerdict.TempError => "temperror",
        _ => "none",
    };

    /// <summary>A result for a message that could not be judged in time.</summary>
    public static DmarcResult TempError(DmarcAuthor author, string reason) =>
        new(DmarcVerdict.TempError, author, reason) { AuthorDomain = author.Domain, PolicyDomain = author.Domain };
}
