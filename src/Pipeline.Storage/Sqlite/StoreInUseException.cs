namespace Pipeline.Storage.Sqlite;

/// <summary>Another process has the spool open for writing.</summary>
public sealed class StoreInUseException : IOException
{
    public StoreInUseException(string directory, Exception cause)
        : base($"the spool {directory} is in use by another node; two nodes on one folder would deliver mail twice", cause)
    {
    }

    public StoreInUseException() : base("the spool is in use by another node")
    {
    }

    public StoreInUseException(string message) : base(message)
    {
    }
}
