using Pipeline.Mail.Message;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>A node that cannot go on with what it holds, as it was when that was certain.</summary>
internal sealed record Strike(Fault Fault, DateTimeOffset At, IReadOnlyList<MessageId> Held);
