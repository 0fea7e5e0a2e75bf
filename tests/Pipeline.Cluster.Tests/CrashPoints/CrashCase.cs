using Pipeline.Faults;

namespace Pipeline.Cluster.Tests.CrashPoints;

/// <summary>How a node of a cluster is brought to a crash point.</summary>
internal enum CrashWay
{
    /// <summary>Mail is sent to it.</summary>
    Load,

    /// <summary>Mail is sent to it, of which a part is put off.</summary>
    SlowLoad,

    /// <summary>Another node dies with mail in its hands, and this one takes over.</summary>
    TakeOver,

    /// <summary>It was killed with mail in its hands, and starts.</summary>
    Join,

    /// <summary>It has mail in its hands and is asked to stop.</summary>
    Leave,
}

/// <summary>A crash point that nodes of a cluster can be brought to.</summary>
/// <param name="Roles">What the node does; null for everything.</param>
/// <param name="Before">Where the other node dies, whose work is taken over.</param>
internal sealed record CrashCase(CrashPoint Point, CrashWay Way, string[]? Roles = null, CrashPoint Before = CrashPoint.DeliverSmtpDotSent)
{
    /// <summary>Reached once in the life of a node, or hardly more often since connections are kept, so that it can only die at the first time.</summary>
    public bool IsOnce => Way is not (CrashWay.Load or CrashWay.SlowLoad) || Point is CrashPoint.DeliverSmtpConnected or CrashPoint.DeliverSmtpOpened;

    public static IReadOnlyList<CrashCase> All { get; } = [.. Enum.GetValues<CrashPoint>().Select(Of)];

    private static CrashCase Of(CrashPoint point) => point switch
    {
        CrashPoint.RouteLeftToOthers => new(point, CrashWay.Load, Roles: ["receiver", "router"]),
        CrashPoint.RouteMessagesChosen or CrashPoint.RouteMessagesClaimed or CrashPoint.RouteClaimHandedOver or CrashPoint.RouteDeferred or CrashPoint.RouteRetryDecided
            or CrashPoint.RouteReleaseLooked or CrashPoint.RouteReleaseWritten or CrashPoint.RouteReleased or CrashPoint.RouteReleaseHeard => new(point, CrashWay.SlowLoad),
        CrashPoint.TakeoverMaildirFound => new(point, CrashWay.TakeOver, Before: CrashPoint.DeliverMaildirLinked),
        CrashPoint.TakeoverQueuefileFound => new(point, CrashWay.TakeOver, Before: CrashPoint.DeliverQueuefileHeaderNamed),
        CrashPoint.TakeoverMboxFound => new(point, CrashWay.TakeOver, Before: CrashPoint.DeliverMboxPartWritten),
        _ => new(point, WayOf(point.Name)),
    };

    private static CrashWay WayOf(string name) =>
        name.StartsWith("takeover.join.", StringComparison.Ordinal) ? CrashWay.Join
        : name.StartsWith("takeover.leave.", StringComparison.Ordinal) ? CrashWay.Leave
        : name.StartsWith("takeover.", StringComparison.Ordinal) ? CrashWay.TakeOver
        : CrashWay.Load;
}
