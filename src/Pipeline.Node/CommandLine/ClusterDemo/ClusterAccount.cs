namespace Pipeline.Node.CommandLine.ClusterDemo;

/// <summary>What became of everything that clients handed in, by what lies in the Maildirs.</summary>
internal sealed record ClusterAccount
{
    /// <summary>Tries of clients to hand in a message that reached a node.</summary>
    public required int Submitted { get; init; }

    /// <summary>Those that were answered with 250.</summary>
    public required int Acknowledged { get; init; }

    public required int Refused { get; init; }

    /// <summary>Those without an answer; they were repeated.</summary>
    public required int InDoubt { get; init; }

    /// <summary>Those of <see cref="InDoubt"/> that were taken all the same: their 250 was lost, and they were delivered.</summary>
    public required int InDoubtTaken { get; init; }

    /// <summary>Recipients of what was acknowledged.</summary>
    public required int Recipients { get; init; }

    /// <summary>Those of them in whose Maildir the message is.</summary>
    public required int Delivered { get; init; }

    public required int Failed { get; init; }

    /// <summary>Those that wait in the queue still.</summary>
    public required int Queued { get; init; }

    /// <summary>Files more than one for the same token and recipient, and files that nobody handed in.</summary>
    public required int Duplicates { get; init; }

    /// <summary>Acknowledged recipients of whom nothing is known any more.</summary>
    public int Lost => Recipients - Delivered - Failed - Queued;

    public bool AddsUp => Lost == 0 && Duplicates == 0 && Submitted == Acknowledged + Refused + InDoubt;

    /// <param name="found">How often each token is in the Maildir of each recipient.</param>
    /// <param name="ends">Of recipients whose message is in no Maildir: true when it failed, false when it is queued; absent when nothing is known.</param>
    public static ClusterAccount Of(
        IReadOnlyCollection<ClusterSubmission> submissions,
        IReadOnlyDictionary<(string Token, string Recipient), int> found,
        IReadOnlyDictionary<(string Token, string Recipient), bool> ends)
    {
        var promised = Pairs(submissions, SubmissionEnd.Acknowledged).ToArray();
        var doubtful = Pairs(submissions, SubmissionEnd.InDoubt).ToHashSet();
        var known = promised.Concat(doubtful).ToHashSet();
        var missing = promised.Where(pair => !found.ContainsKey(pair)).ToArray();
        return new ClusterAccount
        {
            Submitted = submissions.Count,
            Acknowledged = submissions.Count(submission => submission.End == SubmissionEnd.Acknowledged),
            Refused = submissions.Count(submission => submission.End == SubmissionEnd.Refused),
            InDoubt = submissions.Count(submission => submission.End == SubmissionEnd.InDoubt),
            InDoubtTaken = doubtful.Where(found.ContainsKey).Select(pair => pair.Token).Distinct().Count(),
            Recipients = promised.Length,
            Delivered = promised.Length - missing.Length,
            Failed = missing.Count(pair => ends.TryGetValue(pair, out var failed) && failed),
            Queued = missing.Count(pair => ends.TryGetValue(pair, out var failed) && !failed),
            Duplicates = found.Sum(pair => known.Contains(pair.Key) ? pair.Value - 1 : pair.Value),
        };
    }

    private static IEnumerable<(string Token, string Recipient)> Pairs(IReadOnlyCollection<ClusterSubmission> submissions, SubmissionEnd end) =>
        submissions.Where(submission => submission.End == end).SelectMany(submission => submission.Recipients.Select(recipient => (submission.Token, recipient)));
}
