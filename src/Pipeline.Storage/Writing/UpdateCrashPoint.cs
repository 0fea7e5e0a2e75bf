using Pipeline.Faults;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Writing;

/// <summary>Which crash point the end of an update's commit is.</summary>
internal static class UpdateCrashPoint
{
    public static CrashPoint Of(MessageUpdate update) => update switch
    {
        { Notifications.IsEmpty: false } => CrashPoint.DeliverNotificationCommitted,
        { Closing: UpdateClosing.Complete } => CrashPoint.DeliverCompleted,
        { Closing: UpdateClosing.Release } => CrashPoint.RouteReleased,
        _ => CrashPoint.DeliverUpdateCommitted,
    };
}
