namespace Pipeline.Mail.Dmarc;

/// <summary>RFC 9989 section 4.10.1: the author's own record, else that of the organisational domain, else that of the public suffix.</summary>
internal sealed class TreeWalkDiscoverer(DmarcLookups lookups) : IDmarcDiscoverer
{
    public async ValueTask<DmarcDiscovery> DiscoverAsync(string author, CancellationToken cancellationToken)
    {
        var walk = await DmarcTreeWalk.RunAsync(author, lookups, cancellationToken).ConfigureAwait(false);
        var organization = walk.Failure is null ? walk.OrganizationalDomain : null;
        var found = new DmarcDiscovery(author) { OrganizationalDomain = organization };
        if (walk.Start.Lookup.Record is { } own)
        {
            return found with { PolicyDomain = author, Record = own, Policy = own.Policy, Reason = $"p= of {author}" };
        }

        if (walk.Failure is not null)
        {
            return found with { Failure = walk.Failure };
        }

        var step = walk.Steps.FirstOrDefault(step => step.Domain == organization && step.Lookup.Record is not null) ?? walk.PublicSuffix;
        return step is { Lookup.Record: { } record }
            ? await InheritAsync(found with { PolicyDomain = step.Domain, Record = record }, record, cancellationToken).ConfigureAwait(false)
            : found with { PolicyDomain = author, Reason = walk.Start.Lookup.IsAmbiguous ? walk.Start.Lookup.Absence! : "no record at this domain or above it" };
    }

    public async ValueTask<(string? Domain, string? Failure)> OrganizationalDomainAsync(string domain, CancellationToken cancellationToken)
    {
        var walk = await DmarcTreeWalk.RunAsync(domain, lookups, cancellationToken).ConfigureAwait(false);
        return walk.Failure is { } failure ? (null, failure) : (walk.OrganizationalDomain, null);
    }

    private async ValueTask<DmarcDiscovery> InheritAsync(DmarcDiscovery found, DmarcRecord record, CancellationToken cancellationToken)
    {
        var (policy, tag) = record.SubdomainPolicy is { } below ? (below, "sp") : (record.Policy, "p");
        if (record.NonexistentPolicy is { } absent)
        {
            switch (await lookups.ExistsAsync(found.AuthorDomain, cancellationToken).ConfigureAwait(false))
            {
                case null:
                    return found with { Failure = $"whether {found.AuthorDomain} exists cannot be looked up now" };
                case false:
                    (policy, tag) = (absent, "np");
                    break;
            }
        }

        return found with { Policy = policy, Reason = $"{tag}= of {found.PolicyDomain}" };
    }
}
