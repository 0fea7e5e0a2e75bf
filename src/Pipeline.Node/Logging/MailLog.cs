using System.Threading.Channels;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.Logging;

/// <summary>The main, reject and panic logs of mail: takes entries from everywhere without ever making anybody wait, and writes their lines in batches.</summary>
/// <remarks>
/// Making lines and writing them is the business of one task behind a bounded queue. When the sink cannot keep up the queue runs full, and what
/// does not fit is counted and the number written as soon as something can be: mail does not wait for its log.
/// </remarks>
internal sealed class MailLog : IAsyncDisposable
{
    /// <summary>Entries that wait for the sink.</summary>
    public const int DefaultCapacity = 8_192;

    /// <summary>Characters after which a batch is written though more is waiting.</summary>
    private const int BatchSize = 64 * 1024;

    /// <summary>How long the first entry waits for others: waking up and writing for each one would cost more than making its line.</summary>
    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(25);

    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);

    private readonly Func<ValueTask<LogPlan>> _plans;
    private readonly ILogForm _form;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<MailLogEntry> _queue;
    private readonly LogBatch _batch = new();
    private readonly HashSet<PolicyLogTarget> _broken = [];
    private readonly Task _writing;
    private LogPlan _plan;
    private long _lost;

    /// <param name="plan">To begin with.</param>
    /// <param name="plans">Asked before each batch for the plan that holds now.</param>
    public MailLog(LogPlan plan, Func<ValueTask<LogPlan>> plans, ILogForm form, TimeProvider time, ILogger logger, int capacity = DefaultCapacity)
    {
        (_plan, _plans, _form, _time, _logger) = (plan, plans, form, time, logger);
        form.Use(plan);
        _queue = Channel.CreateBounded<MailLogEntry>(new BoundedChannelOptions(capacity) { SingleReader = true });
        _writing = Task.Run(RunAsync);
    }

    /// <summary>Takes an entry; never waits.</summary>
    public void Write(MailLogEntry entry)
    {
        if (!_queue.Writer.TryWrite(entry))
        {
            Interlocked.Increment(ref _lost);
        }
    }

    /// <summary>Writes what was taken, within a bounded time.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        try
        {
            await _writing.WaitAsync(DrainTime, _time);
        }
        catch (TimeoutException)
        {
            Log.NotDrained(_logger, _queue.Reader.Count);
        }
    }

    private async Task RunAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            await Task.Delay(GatherTime, _time);
            await FollowAsync();
            while (_queue.Reader.TryRead(out var entry))
            {
                _form.Add(entry, _batch);
                if (_batch.Length >= BatchSize)
                {
                    Flush();
                }
            }

            Flush();
        }

        Flush();
    }

    /// <summary>Takes over what a new policy says of the logs. One whose logs cannot be written leaves them where they are.</summary>
    private async ValueTask FollowAsync()
    {
        try
        {
            var plan = await _plans();
            if (!ReferenceEquals(plan, _plan))
            {
                _plan = plan;
                _form.Use(plan);
            }
        }
        catch (IOException error)
        {
            Log.LogsStay(_logger, error.Message);
        }
    }

    private void Flush()
    {
        var lost = Interlocked.Exchange(ref _lost, 0);
        if (lost > 0)
        {
            _form.AddLoss(lost, _batch);
        }

        foreach (var log in LogBatch.Logs)
        {
            if (_batch[log].Length > 0 && _plan.SinkOf(log) is { } sink && !TryWrite(sink, log) && log == PolicyLogTarget.Main)
            {
                Interlocked.Add(ref _lost, lost + _batch.MainLines);
            }
        }

        _batch.Clear();
    }

    private bool TryWrite(ILogSink sink, PolicyLogTarget log)
    {
        try
        {
            sink.Write(_batch[log].ToString());
            _broken.Remove(log);
            return true;
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            if (_broken.Add(log))
            {
                // Said once, not for each batch.
                Log.NotWritten(_logger, LogFileName.WordOf(log), error.Message);
            }

            return false;
        }
    }
}
