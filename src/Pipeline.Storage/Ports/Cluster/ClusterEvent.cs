namespace Pipeline.Storage.Ports.Cluster;

/// <summary>What happened in the cluster, for <c>cluster tail</c>.</summary>
/// <param name="Number">Ascending in the order in which events became visible.</param>
/// <param name="By">Who did it: a node's name, or an operator as given.</param>
/// <param name="Messages">How many messages were released, when that is what happened.</param>
public sealed record ClusterEvent(
    long Number, DateTimeOffset At, ClusterEventKind Kind, string Node, long Epoch, string By, string Detail, int Messages);

/// <summary>The numbers are stored.</summary>
public enum ClusterEventKind
{
    Joined = 1,

    /// <summary>Joined again after a life that others ended.</summary>
    Rejoined = 2,
    Up = 3,
    Draining = 4,
    Leaving = 5,
    Left = 6,
    Down = 7,
    TakenOver = 8,
    RoleMoved = 9,
    PolicySwitched = 10,
}
