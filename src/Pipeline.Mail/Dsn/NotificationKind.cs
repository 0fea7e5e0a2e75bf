using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Dsn;

/// <summary>What a delivery status notification reports. The numbers are stored.</summary>
public enum NotificationKind
{
    Failure = 0,
    Delay = 1,
    Success = 2,
}

/// <summary>Who is to be told (RFC 3461 section 4.1).</summary>
public static class NotifyRules
{
    /// <summary>Whether a recipient with this NOTIFY asks for such a notification. Without NOTIFY: failures and delays, not successes.</summary>
    public static bool Wants(this DsnNotify notify, NotificationKind kind) => kind switch
    {
        NotificationKind.Failure => notify == DsnNotify.None || (notify & DsnNotify.Failure) != 0,
        NotificationKind.Delay => notify == DsnNotify.None || (notify & DsnNotify.Delay) != 0,
        _ => (notify & DsnNotify.Success) != 0,
    };
}
