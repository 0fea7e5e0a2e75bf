using Microsoft.Win32.SafeHandles;
using Pipeline.Connectors.Ports;
using Pipeline.Faults;

namespace Pipeline.Connectors.Files;

/// <summary>A file with one message: written and flushed under a name that nobody else has, then given its own.</summary>
internal static class MessageFile
{
    /// <summary>Where a message is written first. Random: an attempt that has lost its message must not touch the file of its successor.</summary>
    public static string TemporaryName(string name) => $"{name}.{Guid.NewGuid():N}";

    /// <returns>Octets written.</returns>
    public static async Task<long> WriteAsync(
        BlockingIoPool io, string path, UnixFileMode mode, IAsyncEnumerable<ReadOnlyMemory<byte>> pieces, CancellationToken cancellationToken)
    {
        SafeFileHandle? file = null;
        try
        {
            file = await io.RunAsync(() => Posix.CreateNew(path, mode), cancellationToken);
            var offset = 0L;
            await foreach (var piece in pieces)
            {
                await io.RunAsync(() => RandomAccess.Write(file, piece.Span, offset), cancellationToken);
                offset += piece.Length;
            }

            Crash.At(CrashPoint.DeliverMaildirWritten);
            await io.RunAsync(() => RandomAccess.FlushToDisk(file), cancellationToken);
            Crash.At(CrashPoint.DeliverMaildirSynced);
            return offset;
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>Makes the name that a file has just been given durable.</summary>
    /// <param name="detail">For the log.</param>
    public static DeliveryOutcome Publish(string directory, string detail)
    {
        Crash.At(CrashPoint.DeliverMaildirLinked);
        try
        {
            Posix.FlushDirectory(directory);
            Crash.At(CrashPoint.DeliverMaildirPublished);
            return DeliveryOutcome.Delivered.Locally(detail);
        }
        catch (IOException exception)
        {
            return new DeliveryOutcome.Deferred(new DeliveryFailure
            {
                Class = FailureClass.InDoubt,
                Reason = "mailbox could not be made durable",
                Internal = exception.Message,
            });
        }
    }
}
