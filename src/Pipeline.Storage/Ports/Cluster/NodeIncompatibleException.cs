namespace Pipeline.Storage.Ports.Cluster;

/// <summary>A living node and the one that wants to join understand no common form: the versions are too far apart to run side by side.</summary>
public sealed class NodeIncompatibleException : InvalidOperationException
{
    public NodeIncompatibleException()
    {
    }

    public NodeIncompatibleException(string message) : base(message)
    {
    }

    public NodeIncompatibleException(string message, Exception cause) : base(message, cause)
    {
    }
}
