namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>What became of an accepted recipient, by its journal.</summary>
/// <param name="Doubts">Attempts whose end is not known: so many more copies than one may there be.</param>
internal sealed record RecipientFate(string Address, RecipientStanding Standing = RecipientStanding.Queued, int Doubts = 0)
{
    public Place Place { get; } = Place.Of(Address);

    /// <summary>Whether the policy or the next hop refuses this recipient for good.</summary>
    public bool IsToFail =>
        Address.EndsWith("@" + Domains.Void, StringComparison.Ordinal) || (Place.Transport == Transport.Smtp && SinkAnswers.IsFinal(SinkAnswers.Of(Address)));

    /// <summary>Nothing can become of it any more.</summary>
    public bool HasEnded => Standing is RecipientStanding.Delivered or RecipientStanding.Failed or RecipientStanding.Redirected;
}
