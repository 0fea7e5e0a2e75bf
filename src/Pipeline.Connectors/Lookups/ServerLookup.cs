using Pipeline.Policy.Lookups;
using Pipeline.Policy.Lookups.Servers;

namespace Pipeline.Connectors.Lookups;

/// <summary>A lookup type that asks servers in turn. The first that answers decides; one that cannot be reached, or refuses the query, leaves it to the next.</summary>
/// <remarks>As in Exim. When none answers the lookup is deferred, with what the last one said.</remarks>
internal abstract class ServerLookup(string typeName, LookupServerForm form) : ILookupBackend
{
    /// <summary>For a connection, and for the answer to a query.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public string TypeName => typeName;

    public async ValueTask<LookupResult> FindAsync(LookupQuestion question, CancellationToken cancellationToken)
    {
        if (question.FileOrQuery.AsSpan().Trim().IsEmpty)
        {
            return LookupResult.NotFound;
        }

        var servers = form.Choose(question, out var query, out var problem);
        var result = LookupResult.Deferred(problem);
        foreach (var server in servers)
        {
            result = await AskAsync(server, query, question, cancellationToken);
            if (result.Outcome != LookupOutcome.Deferred)
            {
                break;
            }
        }

        return result;
    }

    /// <param name="query">One char for each octet.</param>
    /// <returns>Deferred when this server gives no answer.</returns>
    protected abstract ValueTask<LookupResult> AskAsync(LookupServer server, string query, LookupQuestion question, CancellationToken cancellationToken);
}
