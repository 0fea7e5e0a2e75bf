using System.Net.Sockets;
using Npgsql;

namespace Pipeline.Storage.Postgres.Database;

/// <summary>Tells an outage, which passes, from a fault, which does not.</summary>
internal static class PostgresFailure
{
    /// <summary>Whether the same work may succeed on a new connection: the server restarts, the link broke, two transactions met.</summary>
    public static bool IsTransient(Exception failure) => failure switch
    {
        PostgresException answer => answer.SqlState is
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.DiskFull
            or PostgresErrorCodes.InsufficientResources or PostgresErrorCodes.OutOfMemory or PostgresErrorCodes.ReadOnlySqlTransaction or "25P03" or "57P05"
            || answer.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException or IOException or SocketException or TimeoutException => true,
        _ => false,
    };

    /// <summary>Whether the database has no room: some writes fail, others make room.</summary>
    public static bool IsFull(Exception failure) => failure is PostgresException { SqlState: PostgresErrorCodes.DiskFull };

    /// <summary>Whether every pooled session is lost with the one that failed, so that the pool must be emptied.</summary>
    public static bool EndsAllSessions(Exception failure) => failure switch
    {
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow } => true,
        NpgsqlException { InnerException: IOException or SocketException } => true,
        _ => false,
    };
}
