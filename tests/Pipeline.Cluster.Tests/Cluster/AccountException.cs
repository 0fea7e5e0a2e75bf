namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>The account of a run has a difference: what, and the timelines of the messages concerned.</summary>
internal sealed class AccountException(string message) : Exception(message);
