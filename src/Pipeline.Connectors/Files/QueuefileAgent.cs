using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Pipeline.Connectors.Ports;
using Pipeline.Faults;
using Pipeline.Mail.Spool;

namespace Pipeline.Connectors.Files;

/// <summary>The queuefile transport: hands a message over to another program as a pair of spool files, <c>&lt;id&gt;-D</c> and <c>&lt;id&gt;-H</c>.</summary>
/// <remarks>
/// All recipients of the job are in one pair. Both files are written and flushed under temporary names; then the data file gets its name,
/// then the header file, whose appearance means that the pair is complete. A pair that is there already counts as delivered when it is
/// the same, octet for octet; otherwise delivery is deferred, so nothing of another program is ever overwritten. The directory is not created.
/// </remarks>
public sealed class QueuefileAgent(BlockingIoPool io) : IDeliveryAgent
{
    private const UnixFileMode SpoolMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    private const int ChunkSize = 128 * 1024;

    public async ValueTask<DeliveryReport> DeliverAsync(DeliveryJob job, CancellationToken cancellationToken) =>
        DeliveryReport.ForAll(job.Recipients, await HandOverAsync(job, (QueuefileTransportSettings)job.Transport, cancellationToken));

    private async ValueTask<DeliveryOutcome> HandOverAsync(DeliveryJob job, QueuefileTransportSettings settings, CancellationToken cancellationToken)
    {
        if (settings.MessageSizeLimit > 0 && job.Content.HeaderBlock.Length + job.Content.BodySize > settings.MessageSizeLimit)
        {
            return FileFailure.TooBig(settings.MessageSizeLimit);
        }

        if (MailboxPath.Check(settings.Directory, root: null) is { } problem)
        {
            return FileFailure.Local("spool directory is not usable", $"{settings.Name} transport directory: {settings.Directory}: {problem}");
        }

        var directory = settings.Directory.TrimEnd('/');
        var names = new Names(directory, SpoolPair.IdOf(job, settings), Guid.NewGuid().ToString("N"));
        try
        {
            await io.RunAsync(() => Posix.OpenDirectory(directory).Dispose(), cancellationToken);
            var digest = await WriteAsync(job, settings, names, cancellationToken);
            Crash.At(CrashPoint.DeliverQueuefileHeaderWritten);
            return await io.RunAsync(() => FindExisting(names, digest), cancellationToken) is { } existing ? existing
                : job.BeforeFinalStep is { } mayFinish && !await mayFinish(cancellationToken) ? FileFailure.Interrupted()
                : await io.RunAsync(() => Publish(names, digest), CancellationToken.None);
        }
        catch (Exception exception) when (FileFailure.IsFileError(exception))
        {
            return FileFailure.From(exception);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return FileFailure.Interrupted();
        }
        finally
        {
            await io.RunAsync(() => Remove(names), CancellationToken.None);
        }
    }

    // Both files under their temporary names, flushed; the digests of both, to compare with a pair that is there.
    private async Task<Digests> WriteAsync(DeliveryJob job, QueuefileTransportSettings settings, Names names, CancellationToken cancellationToken)
    {
        var writer = new SpoolDataWriter(settings.UnixLineEnds ? SpoolBodyForm.Unix : SpoolBodyForm.Wire);
        var output = new ArrayBufferWriter<byte>(ChunkSize);
        SpoolDataWriter.Start(names.Id, output);
        byte[] data;
        await using (var file = new FlushedFile(io, await io.RunAsync(() => Posix.CreateNew(names.TemporaryData, SpoolMode), cancellationToken)))
        {
            if (job.Content.TryGetBody(out var whole))
            {
                writer.Append(whole.Span, output);
            }
            else
            {
                var buffer = new byte[ChunkSize];
                await using var body = job.Content.OpenBody();
                for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0;)
                {
                    writer.Append(buffer.AsSpan(0, read), output);
                    await file.AppendAsync(output.WrittenMemory, cancellationToken);
                    output.ResetWrittenCount();
                }
            }

            writer.Finish(output);
            await file.AppendAsync(output.WrittenMemory, cancellationToken);
            data = await file.FlushAsync(cancellationToken);
            Crash.At(CrashPoint.DeliverQueuefileDataWritten);
        }

        output.ResetWrittenCount();
        SpoolHeaderWriter.Write(SpoolPair.HeaderOf(job, settings, writer), output);
        await using var header = new FlushedFile(io, await io.RunAsync(() => Posix.CreateNew(names.TemporaryHeader, SpoolMode), cancellationToken));
        await header.AppendAsync(output.WrittenMemory, cancellationToken);
        return new Digests(data, await header.FlushAsync(cancellationToken));
    }

    private static DeliveryOutcome? FindExisting(Names names, Digests digests)
    {
        if (DigestOf(names.Header) is not { } header)
        {
            return null;
        }

        if (!header.AsSpan().SequenceEqual(digests.Header) || DigestOf(names.Data) is not { } data || !data.AsSpan().SequenceEqual(digests.Data))
        {
            return FileFailure.Local("message cannot be handed over at present", $"{names.Header}: File exists");
        }

        Crash.At(CrashPoint.TakeoverQueuefileFound);
        Posix.FlushDirectory(names.Directory);
        return DeliveryOutcome.Delivered.Locally(names.Header);
    }

    private static DeliveryOutcome Publish(Names names, Digests digests)
    {
        // An earlier attempt may have died between the two names: its data file is good if it is the same.
        if (!Posix.TryLink(names.TemporaryData, names.Data) && DigestOf(names.Data) is { } data && !data.AsSpan().SequenceEqual(digests.Data))
        {
            return FileFailure.Local("message cannot be handed over at present", $"{names.Data}: File exists");
        }

        Crash.At(CrashPoint.DeliverQueuefileDataNamed);
        Posix.FlushDirectory(names.Directory);
        Crash.At(CrashPoint.DeliverQueuefileDataSynced);
        if (!Posix.TryLink(names.TemporaryHeader, names.Header))
        {
            return FindExisting(names, digests) ?? FileFailure.Local("message cannot be handed over at present", $"{names.Header}: vanished");
        }

        Crash.At(CrashPoint.DeliverQueuefileHeaderNamed);

        try
        {
            Posix.FlushDirectory(names.Directory);
            Crash.At(CrashPoint.DeliverQueuefilePublished);
            return DeliveryOutcome.Delivered.Locally(names.Header);
        }
        catch (IOException exception)
        {
            return new DeliveryOutcome.Deferred(new DeliveryFailure
            {
                Class = FailureClass.InDoubt,
                Reason = "message could not be handed over durably",
                Internal = exception.Message,
            });
        }
    }

    private static byte[]? DigestOf(string path)
    {
        using var handle = Posix.OpenToRead(path);
        if (handle is null)
        {
            return null;
        }

        using var stream = new FileStream(handle, FileAccess.Read);
        return SHA256.HashData(stream);
    }

    private static void Remove(Names names)
    {
        if (Directory.Exists(names.Directory))
        {
            File.Delete(names.TemporaryHeader);
            File.Delete(names.TemporaryData);
        }
    }

    private sealed record Names(string Directory, string Id, string Unique)
    {
        public string Data => $"{Directory}/{Id}-D";

        public string Header => $"{Directory}/{Id}-H";

        // Readers of spool directories look for names that end in -H.
        public string TemporaryData => $"{Directory}/data.{Id}.{Unique}";

        public string TemporaryHeader => $"{Directory}/hdr.{Id}.{Unique}";
    }

    private sealed record Digests(byte[] Data, byte[] Header);

    /// <summary>A new file, written in order and flushed once.</summary>
    private sealed class FlushedFile(BlockingIoPool io, SafeFileHandle handle) : IAsyncDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long _length;

        public async Task AppendAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
        {
            await io.RunAsync(() => RandomAccess.Write(handle, octets.Span, _length), cancellationToken);
            _hash.AppendData(octets.Span);
            _length += octets.Length;
        }

        /// <summary>The SHA-256 digest of what was written.</summary>
        public async Task<byte[]> FlushAsync(CancellationToken cancellationToken)
        {
            await io.RunAsync(() => RandomAccess.FlushToDisk(handle), cancellationToken);
            return _hash.GetHashAndReset();
        }

        public ValueTask DisposeAsync()
        {
            _hash.Dispose();
            handle.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
