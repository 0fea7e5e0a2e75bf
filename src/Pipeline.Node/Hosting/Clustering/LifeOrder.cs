namespace Pipeline.Node.Hosting.Clustering;

/// <summary>What an operator wants after the orderly end of a node's life.</summary>
internal enum LifeOrder
{
    /// <summary>The process ends, and must not be started again by itself.</summary>
    Leave = 1,

    /// <summary>The node joins again and takes mail.</summary>
    Again = 2,
}
