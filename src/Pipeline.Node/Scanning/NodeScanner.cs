using Pipeline.Connectors.Ports;
using Pipeline.Mail.Scanning;

namespace Pipeline.Node.Scanning;

/// <summary>Has each message scanned by the least busy node that scans, this one among them when it has the role, and once more elsewhere when that fails.</summary>
/// <remarks>Full is no failure: the next is asked, and when all are full, the message waits here or asks again until its time is over.</remarks>
internal sealed class NodeScanner : IMessageScanner
{
    /// <summary>The first try and one elsewhere: a message that brings scanners down is not to go round all of them.</summary>
    private const int MaxFailures = 2;

    /// <summary>For so long a node that failed is asked only when the others cannot.</summary>
    private static readonly TimeSpan Distrust = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(150);

    private readonly LocalScanner? _local;
    private readonly ScannerDirectory? _directory;
    private readonly ScanCalls? _calls;
    private readonly string _name;
    private readonly Random _random;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <param name="local">Null when this node does not scan.</param>
    /// <param name="elsewhere">Null when it can ask no other.</param>
    public NodeScanner(string name, LocalScanner? local, (ScannerDirectory Directory, ScanCalls Calls)? elsewhere, Random random, TimeProvider time, ILogger logger)
    {
        (_name, _local, _random, _time, _logger) = (name, local, random, time, logger);
        (_directory, _calls) = (elsewhere?.Directory, elsewhere?.Calls);
    }

    /// <summary>Why this node can ask nobody; null when it can.</summary>
    public string? WhyNobody { get; init; }

    public async Task<ScanOutcome> ScanAsync(ScanJob job, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        List<string> reasons = [];
        HashSet<string> failed = new(StringComparer.Ordinal);
        while (!cancellationToken.IsCancellationRequested && job.Deadline - _time.GetElapsedTime(began) is var left && left > TimeSpan.Zero)
        {
            var candidates = await CandidatesAsync(failed, anew: false);
            candidates = candidates.Count == 0 ? await CandidatesAsync(failed, anew: true) : candidates;
            if (candidates.Count == 0)
            {
                return new ScanOutcome.Failed(string.Join("; ", reasons.DefaultIfEmpty(WhyNobody ?? "no node of the cluster scans now")));
            }

            for (var i = 0; i < candidates.Count && left > TimeSpan.Zero; i++, left = job.Deadline - _time.GetElapsedTime(began))
            {
                // The first try leaves time for the second.
                var bound = failed.Count + 1 < MaxFailures && candidates.Count > 1 ? left / 2 : left;
                var outcome = await candidates[i].Ask(job with { Deadline = bound }, cancellationToken);
                if (outcome is not (ScanOutcome.Failed or ScanOutcome.Busy))
                {
                    return outcome;
                }

                if (outcome is ScanOutcome.Failed { Reason: var reason })
                {
                    ScanLog.Failed(_logger, job.Message, candidates[i].Name, reason);
                    reasons.Add(reason);
                    failed.Add(candidates[i].Name);
                    if (failed.Count == MaxFailures || cancellationToken.IsCancellationRequested)
                    {
                        return new ScanOutcome.Failed(string.Join("; ", reasons));
                    }
                }
            }

            if (left > TimeSpan.Zero && candidates.Exists(candidate => !failed.Contains(candidate.Name))
                && await WaitAsync(job with { Deadline = left }, failed, cancellationToken) is { } late)
            {
                return late;
            }
        }

        reasons.Add(cancellationToken.IsCancellationRequested ? "the scan was given up" : $"no scanner had room within {job.Deadline.TotalSeconds:0.#} s");
        return new ScanOutcome.Failed(string.Join("; ", reasons));
    }

    /// <summary>All who could scan are full.</summary>
    /// <returns>Null when it is time to ask again.</returns>
    private async Task<ScanOutcome?> WaitAsync(ScanJob job, HashSet<string> failed, CancellationToken cancellationToken)
    {
        if (_local is { } local && !failed.Contains(_name))
        {
            return await local.ScanWhenThereIsRoomAsync(job, cancellationToken);
        }

        var pause = ShortestPause + ((LongestPause - ShortestPause) * _random.NextDouble());
        try
        {
            await Task.Delay(pause < job.Deadline ? pause : job.Deadline, _time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The caller looks at its token.
        }

        return null;
    }

    /// <summary>Those who have not failed this message, the least busy first; of equals this node, and then by chance. Those who failed another a moment ago come last.</summary>
    private async Task<List<Candidate>> CandidatesAsync(HashSet<string> failed, bool anew)
    {
        List<Candidate> candidates = [];
        if (_local is { } local)
        {
            candidates.Add(new Candidate(_name, Distrusted: false, local.Running, -1, local.ScanAsync));
        }

        if (_directory is not null && _calls is { } calls)
        {
            foreach (var node in await _directory.ReadAsync(anew))
            {
                var distrusted = node.FailedAt is var at and not 0 && _time.GetElapsedTime(at) < Distrust;
                candidates.Add(new Candidate(
                    node.Name, distrusted, node.Load, _random.Next(), (job, cancellationToken) => AskAsync(calls, node, job, cancellationToken)));
            }
        }

        candidates.RemoveAll(candidate => failed.Contains(candidate.Name));
        candidates.Sort(static (one, other) => (one.Distrusted, one.Load, one.Chance).CompareTo((other.Distrusted, other.Load, other.Chance)));
        return candidates;
    }

    private async Task<ScanOutcome> AskAsync(ScanCalls calls, ScannerNode node, ScanJob job, CancellationToken cancellationToken)
    {
        var outcome = await calls.AskAsync(node, job, cancellationToken);
        if (outcome is ScanOutcome.Failed && !cancellationToken.IsCancellationRequested)
        {
            node.Failed(_time.GetTimestamp());
        }
        else
        {
            node.Answered();
        }

        return outcome;
    }

    /// <param name="Chance">Decides between equals.</param>
    private sealed record Candidate(string Name, bool Distrusted, int Load, int Chance, Func<ScanJob, CancellationToken, Task<ScanOutcome>> Ask);
}
