using Pipeline.Connectors.Ports;

namespace Pipeline.Connectors.Files;

/// <summary>Turns what went wrong with a file into an outcome. Paths are for the operator, not for the sender of the message.</summary>
internal static class FileFailure
{
    public static DeliveryOutcome Local(string reason, string? details = null) =>
        new DeliveryOutcome.Deferred(new DeliveryFailure { Class = FailureClass.Local, Reason = reason, Internal = details });

    public static DeliveryOutcome Quota(string? details = null) =>
        new DeliveryOutcome.Deferred(new DeliveryFailure { Class = FailureClass.Quota, Reason = "mailbox is full", Internal = details });

    public static DeliveryOutcome Interrupted() =>
        new DeliveryOutcome.Deferred(new DeliveryFailure { Class = FailureClass.Interrupted, Reason = "delivery was stopped before it was final" });

    public static DeliveryOutcome BadPath(string details) =>
        new DeliveryOutcome.Failed(new DeliveryFailure { Class = FailureClass.Permanent, Reason = "address has no mailbox here", Internal = details });

    public static DeliveryOutcome TooBig(long limit) =>
        new DeliveryOutcome.Failed(new DeliveryFailure { Class = FailureClass.TooBig, Reason = $"message is too big (transport limit = {limit})" });

    /// <summary>An error of the file system: every one may pass, a full disk as well.</summary>
    public static DeliveryOutcome From(Exception exception) =>
        exception is IOException io && PosixException.ErrnoOf(io) is PosixException.NoSpace or PosixException.QuotaExceeded
            ? Quota(exception.Message)
            : Local("mailbox cannot be written at present", exception.Message);

    /// <summary>The exceptions that mean a resource is not there; all others are bugs.</summary>
    public static bool IsFileError(Exception exception) => exception is IOException or UnauthorizedAccessException;
}
