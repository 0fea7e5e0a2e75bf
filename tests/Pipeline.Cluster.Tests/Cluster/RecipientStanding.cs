namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>Where an accepted recipient stands, by its journal.</summary>
internal enum RecipientStanding
{
    Queued,

    /// <summary>An attempt was begun, and nothing is known of its end.</summary>
    InDoubt,

    Delivered,
    Failed,

    /// <summary>Others stand in its place.</summary>
    Redirected,
}
