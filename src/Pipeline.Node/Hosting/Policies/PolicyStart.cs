using Pipeline.Actors.Receipt;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Hosting.Policies;

/// <summary>The policy that a node begins with.</summary>
/// <param name="Wanted">The current number of the registry.</param>
/// <param name="Problem">Why it is not the wanted one.</param>
internal sealed record PolicyStart(ActivePolicy Active, LoadedCertificates? Certificates, int Wanted, string? Problem)
{
    /// <summary>How far back a node looks for a policy that it can use.</summary>
    private const int MaxTried = 10;

    /// <summary>The current policy of a registry; when this node cannot use it, the newest before it, as the nodes that run kept that too.</summary>
    /// <exception cref="NodeStartException">There is none that this node can use.</exception>
    public static async Task<PolicyStart> ChooseAsync(
        IPolicyRegistry registry, PolicyPreparation preparation, bool withCertificates, CancellationToken cancellationToken)
    {
        var history = await registry.ReadHistoryAsync(MaxTried, cancellationToken);
        var problems = new List<string>();
        foreach (var record in history)
        {
            var (start, problem) = await TryAsync(record.Number);
            if (start is not null)
            {
                return start with { Wanted = history[0].Number, Problem = problems.Count == 0 ? null : problems[0] };
            }

            problems.Add(problem);
        }

        throw new NodeStartException([.. problems.DefaultIfEmpty("the cluster has no policy").SelectMany(problem => problem.Split('\n'))]);

        async Task<(PolicyStart?, string)> TryAsync(int number)
        {
            try
            {
                return await registry.ReadAsync(number, cancellationToken) is { } published
                    ? (Prepare(published, preparation, withCertificates, out var problem), problem)
                    : (null, $"policy {number} is not in the registry");
            }
            catch (InvalidDataException error)
            {
                return (null, error.Message);
            }
        }
    }

    /// <returns>Null with a problem when this version or this machine cannot use the policy.</returns>
    public static PolicyStart? Prepare(PublishedPolicy published, PolicyPreparation preparation, bool withCertificates, out string problem)
    {
        if (preparation.Prepare(published, out var problems) is not { } active)
        {
            problem = string.Join('\n', problems);
            return null;
        }

        problem = "";
        LoadedCertificates? loaded = null;
        return !withCertificates || (loaded = Hosting.Certificates.Load(active.Policy.MainOptions, out problem)) is not null
            ? new PolicyStart(active, loaded, published.Record.Number, null)
            : null;
    }
}
