namespace Pipeline.Mail.Dmarc;

/// <summary>RFC 7489 section 6.6.3: the author's own record, else that of the organisational domain by the public suffix list.</summary>
internal sealed class PublicSuffixDiscoverer(DmarcLookups lookups, PublicSuffixList suffixes) : IDmarcDiscoverer
{
    public async ValueTask<DmarcDiscovery> DiscoverAsync(string author, CancellationToken cancellationToken)
    {
        var organization = suffixes.OrganizationalDomain(author);
        var found = new DmarcDiscovery(author) { OrganizationalDomain = organization, PolicyDomain = author };
        var own = await lookups.PolicyOfAsync(author, cancellationToken).ConfigureAwait(false);
        if (own.Record is { } record)
        {
            return found with { Record = record, Policy = record.Policy, Reason = $"p= of {author}" };
        }

        // Several records end the search (step 5).
        if (own.Failure is not null || own.IsAmbiguous || organization == author)
        {
            return found with { Failure = own.Failure, Reason = own.Absence ?? "" };
        }

        var above = await lookups.PolicyOfAsync(organization, cancellationToken).ConfigureAwait(false);
        return above.Record is { } inherited
            ? found with
            {
                PolicyDomain = organization,
                Record = inherited,
                Policy = inherited.SubdomainPolicy ?? inherited.Policy,
                Reason = $"{(inherited.SubdomainPolicy is null ? "p" : "sp")}= of {organization}",
            }
            : found with { Failure = above.Failure, Reason = $"neither {author} nor {organization} has a record that counts" };
    }

    public ValueTask<(string? Domain, string? Failure)> OrganizationalDomainAsync(string domain, CancellationToken cancellationToken) =>
        new((suffixes.OrganizationalDomain(domain), null));
}
