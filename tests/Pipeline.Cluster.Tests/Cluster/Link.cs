using System.Net;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>The way between one node and the rest of the world, which can be cut.</summary>
internal abstract class Link : IDisposable
{
    /// <summary>Where the node takes mail.</summary>
    public abstract IPEndPoint Endpoint { get; }

    /// <summary>Where the node finds the database.</summary>
    public abstract IPEndPoint Database { get; }

    /// <summary>What to put before the command line of a program that is to live at the node's end of the link.</summary>
    public virtual IReadOnlyList<string> Enter => [];

    /// <summary>From now on nothing arrives, and nobody is told.</summary>
    public abstract Task CutAsync(CancellationToken cancellationToken);

    public abstract Task MendAsync(CancellationToken cancellationToken);

    public virtual void Dispose()
    {
    }
}
