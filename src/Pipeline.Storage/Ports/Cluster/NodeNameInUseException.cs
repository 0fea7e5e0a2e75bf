namespace Pipeline.Storage.Ports.Cluster;

/// <summary>Another process lives in the cluster by the name that a node wants to join with.</summary>
public sealed class NodeNameInUseException : InvalidOperationException
{
    public NodeNameInUseException()
    {
    }

    public NodeNameInUseException(string message) : base(message)
    {
    }

    public NodeNameInUseException(string message, Exception cause) : base(message, cause)
    {
    }
}
