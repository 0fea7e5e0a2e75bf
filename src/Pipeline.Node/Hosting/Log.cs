namespace Pipeline.Node.Hosting;

/// <summary>What a node logs of itself. Event ids are stable.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "MailPipeline {Version} started as {Node}: policy {Number} from {Policy}, store {Store}, listening on {Endpoints}")]
    public static partial void Started(ILogger logger, string version, string node, long number, string policy, string store, string endpoints);

    [LoggerMessage(3, LogLevel.Information, "Stopping: no new mail; what is under way is finished")]
    public static partial void Stopping(ILogger logger);

    [LoggerMessage(4, LogLevel.Information, "Stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(5, LogLevel.Warning, "Messages were still under way when the time to stop was over; they go on at the next start")]
    public static partial void StoppedEarly(ILogger logger);

    [LoggerMessage(9, LogLevel.Information, "Removed the journals of {Count} messages that ended more than {Days} days ago")]
    public static partial void Purged(ILogger logger, int count, double days);

    [LoggerMessage(10, LogLevel.Warning, "Old journals could not be removed: {Reason}")]
    public static partial void PurgeFailed(ILogger logger, string reason);

    [LoggerMessage(11, LogLevel.Warning, "The cluster could not be told that this node is {State}: {Reason}")]
    public static partial void NotSaid(ILogger logger, Storage.Ports.Cluster.NodeState state, string reason);

    [LoggerMessage(12, LogLevel.Error, "This node's life in the cluster is over: {Reason}")]
    public static partial void LeaseLost(ILogger logger, string reason);

    [LoggerMessage(13, LogLevel.Warning, "The node cannot join again yet: {Reason}; trying on")]
    public static partial void CannotJoinYet(ILogger logger, string reason);

    [LoggerMessage(20, LogLevel.Information, "Policy {Number} is in force instead of {Before}; published by {By}{Note}")]
    public static partial void PolicySwitched(ILogger logger, long before, int number, string by, string note);

    [LoggerMessage(21, LogLevel.Error, "Policy {Number} cannot be used here, policy {InForce} stays in force: {Problem}")]
    public static partial void PolicyRefused(ILogger logger, int number, int inForce, string problem);

    [LoggerMessage(22, LogLevel.Warning, "{Missing}: its messages end under policy {InForce}")]
    public static partial void PolicyReplaced(ILogger logger, string missing, long inForce);

    [LoggerMessage(23, LogLevel.Warning, "The registry of policies is out of reach, policy {InForce} stays in force: {Reason}; said once until it is back")]
    public static partial void RegistryUnreachable(ILogger logger, int inForce, string reason);

    [LoggerMessage(24, LogLevel.Information, "The registry of policies can be reached again")]
    public static partial void RegistryReachable(ILogger logger);

    [LoggerMessage(25, LogLevel.Error, "Following the registry of policies failed; trying again")]
    public static partial void FollowingFailed(ILogger logger, Exception cause);

    [LoggerMessage(26, LogLevel.Warning, "Policy {Number} changes {Option}, which takes effect when this node starts next")]
    public static partial void EffectiveAtStart(ILogger logger, int number, string option);

    [LoggerMessage(27, LogLevel.Information, "The cluster had no policy: published {File} as policy {Number}")]
    public static partial void PolicyPublished(ILogger logger, string file, int number);

    [LoggerMessage(28, LogLevel.Information, "{File} is not the current policy of the cluster and is not used: policy {Number}, published by {By}, is")]
    public static partial void PublishedWins(ILogger logger, string file, int number, string by);

    [LoggerMessage(29, LogLevel.Error, "{Problem}")]
    public static partial void ReloadRefused(ILogger logger, string problem);

    [LoggerMessage(30, LogLevel.Error, "{File} was not loaded: policy {InForce} stays in force")]
    public static partial void OldPolicyStays(ILogger logger, string file, long inForce);

    [LoggerMessage(31, LogLevel.Information, "{File} has not changed: policy {Number} stays in force")]
    public static partial void PolicyUnchanged(ILogger logger, string file, int number);

    [LoggerMessage(32, LogLevel.Error, "A reload failed; the policy in force stays")]
    public static partial void ReloadFailed(ILogger logger, Exception cause);
}
