using Microsoft.Extensions.Logging;

namespace Pipeline.Storage;

/// <summary>What the storage logs. Event ids are stable.</summary>
internal static partial class Log
{
    [LoggerMessage(5001, LogLevel.Information, "spool {Directory} is open, schema {Schema}, epoch {Epoch}")]
    public static partial void Opened(ILogger logger, string directory, int schema, long epoch);

    [LoggerMessage(5002, LogLevel.Information, "spool recovered: {Messages} messages taken over, {OpenAttempts} attempts in doubt, {OrphanFiles} orphan files deleted")]
    public static partial void Recovered(ILogger logger, int messages, int openAttempts, int orphanFiles);

    [LoggerMessage(5003, LogLevel.Error, "the spool cannot write: {Reason} (SQLite {Code}); said once until it can again")]
    public static partial void WriteFailed(ILogger logger, string reason, int code);

    [LoggerMessage(5004, LogLevel.Error, "a write was refused because it is wrong")]
    public static partial void WriteWrong(ILogger logger, Exception cause);

    [LoggerMessage(5005, LogLevel.Error, "the body of a message could not be made durable")]
    public static partial void BodyNotDurable(ILogger logger, Exception cause);

    [LoggerMessage(5006, LogLevel.Warning, "body file {Name} could not be deleted; it is swept at the next start")]
    public static partial void BodyNotDeleted(ILogger logger, string name, Exception cause);

    [LoggerMessage(5007, LogLevel.Warning, "checkpoint failed: {Reason} (SQLite {Code})")]
    public static partial void CheckpointFailed(ILogger logger, string reason, int code);

    [LoggerMessage(5008, LogLevel.Warning, "{Count} writes waited too long for the spool and were refused")]
    public static partial void WritesExpired(ILogger logger, int count);

    [LoggerMessage(5009, LogLevel.Warning, "the spool can write again")]
    public static partial void WritesAgain(ILogger logger);

    [LoggerMessage(5010, LogLevel.Error, "message {Id} is damaged; it stays in the queue and is not worked on")]
    public static partial void MessageUnreadable(ILogger logger, string id, Exception cause);

    [LoggerMessage(5011, LogLevel.Error, "the database cannot be written: {Reason}; said once until it can again")]
    public static partial void DatabaseFailed(ILogger logger, string reason);

    [LoggerMessage(5012, LogLevel.Information, "the store of node {Node} is open, schema {Schema}")]
    public static partial void DatabaseOpened(ILogger logger, string node, int schema);

    [LoggerMessage(5013, LogLevel.Warning, "the database does not tell of work at the moment: {Reason}; said once until it does again")]
    public static partial void NotListening(ILogger logger, string reason);

    [LoggerMessage(5014, LogLevel.Warning, "upkeep of the journal's partitions failed: {Reason}; it is tried again")]
    public static partial void UpkeepFailed(ILogger logger, string reason);

    [LoggerMessage(5015, LogLevel.Warning, "a claim failed, {Reason}; nothing is claimed")]
    public static partial void ClaimFailed(ILogger logger, string reason);
}
