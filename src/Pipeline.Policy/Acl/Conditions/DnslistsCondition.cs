using Pipeline.Policy.Acl.Blocklists;

namespace Pipeline.Policy.Acl.Conditions;

/// <summary><c>dnslists =</c>: the client, or some key, is listed in a DNS list (RFC 5782).</summary>
internal sealed class DnslistsCondition() : AclCondition("dnslists")
{
    public override async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        if (DnsListQuery.Parse(argument, out var error) is not { } queries)
        {
            return AclTest.Error(error);
        }

        foreach (var query in queries)
        {
            var found = await DnsListSearch.RunAsync(query, evaluation.Scope, cancellationToken);
            switch (found)
            {
                case DnsListAnswer.Listed listed:
                    evaluation.SetVariable("dnslist_domain", listed.Domain);
                    evaluation.SetVariable("dnslist_value", listed.Value);
                    evaluation.SetVariable("dnslist_text", listed.Text);
                    evaluation.SetVariable("dnslist_matched", listed.Key);
                    return AclTest.True;
                case DnsListAnswer.Deferred deferred:
                    return AclTest.Defer(deferred.Message);
            }
        }

        return AclTest.False;
    }
}
