namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>What became of an accepted recipient, by its journal.</summary>
/// <param name="Doubts">Attempts whose end is not known: so many more copies than one may there be.</param>
internal sealed record RecipientFate(string Address, RecipientStanding Standing, int Doubts)
{
    public string Domain => Address[(Address.LastIndexOf('@') + 1)..];
}
