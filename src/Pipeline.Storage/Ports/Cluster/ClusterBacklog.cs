using System.Collections.Immutable;

namespace Pipeline.Storage.Ports.Cluster;

/// <summary>How far the cluster is behind with its mail, for <c>cluster lag</c>.</summary>
/// <param name="At">When, by the database's clock.</param>
/// <param name="Parts">By stage and owner; only those with a message.</param>
/// <param name="QueueBytes">Of the queue in the database, indexes included; bodies and journals are counted apart.</param>
/// <param name="JournalPartitions">How many days of journals there are.</param>
public sealed record ClusterBacklog(
    DateTimeOffset At, ImmutableArray<BacklogPart> Parts, long QueueBytes, long ContentBytes, long JournalBytes, int JournalPartitions);

/// <summary>The queued messages of one stage that one node has, or nobody.</summary>
/// <param name="Owner">Empty for those in nobody's hands.</param>
/// <param name="Overdue">Of those: with a recipient that is due already.</param>
/// <param name="OldestDue">The earliest due time of the overdue ones; null when there are none.</param>
public sealed record BacklogPart(QueueStage Stage, string Owner, long Messages, long Overdue, DateTimeOffset? OldestDue);
