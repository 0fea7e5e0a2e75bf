namespace Pipeline.Mail.Dmarc;

/// <summary>What is published for the domain of an author.</summary>
/// <param name="AuthorDomain">The domain of the From field.</param>
internal sealed record DmarcDiscovery(string AuthorDomain)
{
    /// <summary>Where <see cref="Record"/> was found.</summary>
    public string PolicyDomain { get; init; } = "";

    /// <summary>The record that decides; null when there is none.</summary>
    public DmarcRecord? Record { get; init; }

    /// <summary>What the record asks for this author: p, sp or np.</summary>
    public DmarcPolicy Policy { get; init; }

    /// <summary>The organisational domain of the author; null when it could not be found out.</summary>
    public string? OrganizationalDomain { get; init; }

    /// <summary>Why DNS did not say; null when it did.</summary>
    public string? Failure { get; init; }

    /// <summary>Which record decides and which tag of it, or why none does, in words.</summary>
    public string Reason { get; init; } = "";
}

/// <summary>Finds the record that holds for an author, and organisational domains: where the two documents differ.</summary>
internal interface IDmarcDiscoverer
{
    ValueTask<DmarcDiscovery> DiscoverAsync(string author, CancellationToken cancellationToken);

    /// <returns>The organisational domain; or null, and why DNS did not say.</returns>
    ValueTask<(string? Domain, string? Failure)> OrganizationalDomainAsync(string domain, CancellationToken cancellationToken);
}
