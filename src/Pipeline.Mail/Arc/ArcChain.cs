using System.Collections.Immutable;
using Pipeline.Mail.AuthResults;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Arc;

/// <summary>The ARC sets of a header and what their structure says of the chain (RFC 8617 section 5.2, steps 1 to 3). Where fields stand does not matter.</summary>
internal sealed class ArcChain
{
    private ArcChain(ImmutableArray<ArcSet> sets, ArcResult? verdict)
    {
        Sets = sets;
        Verdict = verdict;
    }

    /// <summary>Sets by instance, the lowest first. When <see cref="Verdict"/> is null: 1, 2, … without a gap, each complete and with a seal.</summary>
    public ImmutableArray<ArcSet> Sets { get; }

    /// <summary>The result, when it is settled without a signature being looked at: no chain, or one that cannot be valid.</summary>
    public ArcResult? Verdict { get; }

    /// <summary>The highest instance; 0 when there is none.</summary>
    public int Instances => Sets.IsEmpty ? 0 : Sets[^1].Instance;

    /// <summary>The newest seal says cv=fail: the chain has ended, and nobody adds to it (RFC 8617 section 5.1).</summary>
    public bool HasEnded => Sets is [.., { Seal.ChainStatus: ArcState.Fail }];

    public static ArcChain Collect(HeaderBlock header, ArcLimits limits)
    {
        var results = header.IndexesOf("arc-authentication-results");
        var signatures = header.IndexesOf("arc-message-signature");
        var seals = header.IndexesOf("arc-seal");
        var count = results.Length + signatures.Length + seals.Length;
        if (count == 0)
        {
            return new ArcChain([], ArcResult.None);
        }

        if (count > limits.MaxFields)
        {
            return new ArcChain([], ArcResult.Fail("collecting headers: too many", detail: $"more than {limits.MaxFields} ARC fields"));
        }

        var sets = new SortedList<int, ArcSet>();

        // All fields are looked at even when one is wrong: whoever seals the failure needs the highest instance.
        var badSeal = InsertAll(seals, i => InsertSeal(sets, header, i, limits.Dkim), "AS");
        var badSignature = InsertAll(signatures, i => InsertMessageSignature(sets, header, i, limits.Dkim), "AMS");
        var badResults = InsertAll(results, i => InsertResults(sets, header, i), "AAR");
        ImmutableArray<ArcSet> chain = [.. sets.Values];
        var verdict = badSeal ?? badSignature ?? badResults ?? CheckEnd(chain) ?? CheckStructure(chain);
        return new ArcChain(chain, verdict is null ? null : verdict with { Instances = chain.IsEmpty ? 0 : chain[^1].Instance });
    }

    /// <returns>The first failure, or null.</returns>
    private static ArcResult? InsertAll(ReadOnlySpan<int> indexes, Func<int, string?> insert, string kind)
    {
        ArcResult? failure = null;
        foreach (var index in indexes)
        {
            if (insert(index) is { } problem)
            {
                failure ??= ArcResult.Fail($"collecting headers: inserting {kind}", detail: problem);
            }
        }

        return failure;
    }

    private static string? InsertSeal(SortedList<int, ArcSet> sets, HeaderBlock header, int index, DkimLimits limits)
    {
        if (!TryReadTags(header[index], limits, out var tags, out var instance, out var problem))
        {
            return problem;
        }

        var set = SetOf(sets, instance);
        if (set.SealIndex >= 0)
        {
            return Twice(instance);
        }

        (set.SealIndex, set.SealTags, set.Seal) = (index, tags, ArcSeal.Read(tags, out var sealProblem));
        set.SealProblem = sealProblem;
        return null;
    }

    private static string? InsertMessageSignature(SortedList<int, ArcSet> sets, HeaderBlock header, int index, DkimLimits limits)
    {
        if (!TryReadTags(header[index], limits, out var tags, out var instance, out var problem))
        {
            return problem;
        }

        var set = SetOf(sets, instance);
        if (set.MessageSignatureIndex >= 0)
        {
            return Twice(instance);
        }

        (set.MessageSignatureIndex, set.MessageSignatureTags) = (index, tags);
        return null;
    }

    private static string? InsertResults(SortedList<int, ArcSet> sets, HeaderBlock header, int index)
    {
        var value = header[index].Value.Span;
        if (value.Length > AuthResultsParser.MaxFieldBytes)
        {
            return $"the field is longer than {AuthResultsParser.MaxFieldBytes} octets";
        }

        if (!AuthResultsParser.TryReadInstance(value, out var instance) || instance is < 1 or > ArcLimits.MaxInstances)
        {
            return "the field does not begin with an instance";
        }

        var set = SetOf(sets, instance);
        if (set.ResultsIndex >= 0)
        {
            return Twice(instance);
        }

        set.ResultsIndex = index;
        return null;
    }

    private static bool TryReadTags(HeaderField field, DkimLimits limits, out TagList tags, out int instance, out string problem)
    {
        instance = 0;
        if (field.Value.Length > limits.MaxTagListBytes)
        {
            tags = TagList.Empty;
            problem = $"the field is longer than {limits.MaxTagListBytes} octets";
            return false;
        }

        if (!TagList.TryParse(field.Value, limits.MaxTags, out tags, out problem))
        {
            return false;
        }

        // Two digits at most: a number is read before it is used for anything (4294967297 is not 1).
        if (!tags.TryGet("i"u8, out var value) || !TagValue.TryReadNumber(value, maxDigits: 2, out var number)
            || number is < 1 or > ArcLimits.MaxInstances)
        {
            problem = $"i= is missing or not a number from 1 to {ArcLimits.MaxInstances}";
            return false;
        }

        instance = (int)number;
        return true;
    }

    private static ArcSet SetOf(SortedList<int, ArcSet> sets, int instance)
    {
        if (!sets.TryGetValue(instance, out var set))
        {
            sets.Add(instance, set = new ArcSet(instance));
        }

        return set;
    }

    private static string Twice(int instance) => $"instance {instance} has two of them";

    private static ArcResult? CheckEnd(ImmutableArray<ArcSet> sets) =>
        sets is [.., { Seal.ChainStatus: ArcState.Fail } newest]
            ? ArcResult.Fail("seal cv state", newest.Instance, "the newest seal says that the chain has failed")
            : null;

    /// <summary>From the newest set down, as the chain would be verified.</summary>
    private static ArcResult? CheckStructure(ImmutableArray<ArcSet> sets)
    {
        var expected = sets[^1].Instance;
        for (var i = sets.Length - 1; i >= 0; i--, expected--)
        {
            var set = sets[i];
            if (set.Instance != expected)
            {
                return Fail(set, $"(i={set.Instance} (sequence; expected {expected}))");
            }

            if (!set.IsComplete)
            {
                return Fail(set, $"(i={set.Instance} (missing header))");
            }

            if (set.Seal is not { } seal)
            {
                return Fail(set, set.SealTags!.HasAll("a", "b", "cv", "d", "s") ? "seal hash setup error" : "required tag missing", set.SealProblem);
            }

            if (seal.ChainStatus != (set.Instance == 1 ? ArcState.None : ArcState.Pass))
            {
                return Fail(set, $"(i={set.Instance} (cv))");
            }
        }

        return expected == 0 ? null : ArcResult.Fail($"(sequence; expected i={expected})", expected);

        static ArcResult Fail(ArcSet set, string reason, string detail = "") => ArcResult.Fail(reason, set.Instance, detail);
    }
}
