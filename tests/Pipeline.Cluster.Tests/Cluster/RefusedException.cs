namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>The server answered, and not as wished.</summary>
internal sealed class RefusedException(string reply) : IOException(reply);
