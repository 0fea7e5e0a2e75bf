using Microsoft.Extensions.Logging;

namespace Pipeline.Storage.Postgres.Membership;

/// <summary>What membership logs. Event ids are stable.</summary>
internal static partial class MembershipLog
{
    [LoggerMessage(5201, LogLevel.Information, "node {Node} joined the cluster, epoch {Epoch}")]
    public static partial void Joined(ILogger logger, string node, long epoch);

    [LoggerMessage(5202, LogLevel.Warning, "the session that node {Node} lives by broke; a new one is tried")]
    public static partial void SessionBroke(ILogger logger, string node, Exception cause);

    [LoggerMessage(5203, LogLevel.Warning, "node {Node} carries on epoch {Epoch} on a new session, {Age} after the last proof of its lease")]
    public static partial void Resumed(ILogger logger, string node, long epoch, TimeSpan age);

    [LoggerMessage(5204, LogLevel.Error, "node {Node} lost its lease, epoch {Epoch}: {Reason}")]
    public static partial void Lost(ILogger logger, string node, long epoch, string reason);

    [LoggerMessage(5205, LogLevel.Warning, "node {Node}, epoch {Epoch}, was ended by {By}: {Reason}; {Messages} messages released")]
    public static partial void LifeEnded(ILogger logger, string node, long epoch, string by, string reason, int messages);

    [LoggerMessage(5206, LogLevel.Warning, "the other nodes cannot be watched; said once until they can again")]
    public static partial void Blind(ILogger logger, Exception cause);

    [LoggerMessage(5207, LogLevel.Warning, "node {Node} could not be taken over; it is tried again")]
    public static partial void TakeOverFailed(ILogger logger, string node, Exception cause);

    [LoggerMessage(5208, LogLevel.Information, "node {Node} has the role {Role}")]
    public static partial void RoleGained(ILogger logger, string node, string role);

    [LoggerMessage(5209, LogLevel.Information, "node {Node} gave up the role {Role}")]
    public static partial void RoleGone(ILogger logger, string node, string role);

    [LoggerMessage(5210, LogLevel.Warning, "node {Node} could not leave in order; the others take over")]
    public static partial void LeaveFailed(ILogger logger, string node, Exception cause);

    [LoggerMessage(5211, LogLevel.Information, "the name {Node} is held by another session; waiting up to {Wait}")]
    public static partial void NameHeld(ILogger logger, string node, TimeSpan wait);

    [LoggerMessage(5212, LogLevel.Error, "a task of node {Node}'s membership failed")]
    public static partial void TaskFailed(ILogger logger, string node, Exception cause);
}
