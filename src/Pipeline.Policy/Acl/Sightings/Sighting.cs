using Pipeline.Policy.Hints;

namespace Pipeline.Policy.Acl.Sightings;

/// <summary>What a test of <c>seen</c> makes of what is remembered.</summary>
/// <param name="Holds">The answer.</param>
/// <param name="Written">When it was met, as it is remembered from now on; null to leave what there is.</param>
/// <param name="Last">When it was met last; null when it was not.</param>
internal readonly record struct Sighting(bool Holds, DateTimeOffset? Written, DateTimeOffset? Last)
{
    /// <summary>Exim's operators have exim_tidydb forget what is older.</summary>
    private static readonly TimeSpan ShortestMemory = TimeSpan.FromDays(30);

    public static Sighting Judge(SeenArguments seen, HintRecord? known, DateTimeOffset now)
    {
        // What is ahead is from before a clock was set back: it was met, and no longer ago than now.
        var isAhead = known is not null && known.At > now;
        var last = isAhead ? now : known?.At;
        var tested = now - seen.Interval;
        var holds = last is { } met && (seen.IsBefore ? met < tested : met >= tested);
        DateTimeOffset? written = seen.Mode switch
        {
            SeenMode.ReadOnly => null,
            SeenMode.Write => now,
            _ when last is null || isAhead || !seen.IsBefore => now,

            // Kept as old as the test wants it, and young enough not to be forgotten.
            _ when holds && last < now - seen.Refresh => tested,
            _ => null,
        };
        return new Sighting(holds, written, last);
    }

    /// <summary>The hint from now on, of the time that was written.</summary>
    public static HintRecord Record(SeenArguments seen, DateTimeOffset written, DateTimeOffset now)
    {
        var longest = seen.Interval > seen.Refresh ? seen.Interval : seen.Refresh;
        var memory = longest + longest > ShortestMemory ? longest + longest : ShortestMemory;
        return new HintRecord(written, now + memory);
    }
}
