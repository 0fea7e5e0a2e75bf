using System.IO.Pipelines;

namespace Pipeline.Node.Tests.Listeners;

/// <summary>A reader that tells when somebody waits on it with nothing to read.</summary>
internal sealed class ObservedReader(PipeReader inner) : PipeReader
{
    private volatile TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when a read waits. A read that is over has put a fresh task in its place.</summary>
    public Task Waiting => _waiting.Task;

    public override bool TryRead(out ReadResult result) => inner.TryRead(out result);

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ValueTask<ReadResult> read = inner.ReadAsync(cancellationToken);
        if (!read.IsCompleted)
        {
            _waiting.TrySetResult();
        }

        ReadResult result = await read;
        _waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return result;
    }

    public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);
}

/// <summary>A writer that counts flushes, and tells when one has to wait.</summary>
internal sealed class ObservedWriter(PipeWriter inner) : PipeWriter
{
    private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Flushes { get; private set; }

    public Task Waiting => _waiting.Task;

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override void Advance(int bytes) => inner.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        Flushes++;
        return new ValueTask<FlushResult>(FlushCoreAsync(cancellationToken));
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    private async Task<FlushResult> FlushCoreAsync(CancellationToken cancellationToken)
    {
        ValueTask<FlushResult> flush = inner.FlushAsync(cancellationToken);
        if (!flush.IsCompleted)
        {
            _waiting.TrySetResult();
        }

        return await flush;
    }
}
