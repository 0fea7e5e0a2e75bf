using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Pipeline.Policy.Configuration;

namespace Pipeline.Node.Logging;

/// <summary>Exim's main log: takes entries from everywhere without ever making anybody wait, and writes their lines in batches.</summary>
/// <remarks>
/// Making lines and writing them is the business of one task behind a bounded queue. When the sink cannot keep up the queue runs full, and what
/// does not fit is counted and the number written as soon as something can be: mail does not wait for its log.
/// </remarks>
internal sealed class MainLog : IAsyncDisposable
{
    /// <summary>Entries that wait for the sink.</summary>
    public const int DefaultCapacity = 8_192;

    /// <summary>Characters after which a batch is written though more is waiting.</summary>
    private const int BatchSize = 64 * 1024;

    /// <summary>How long the first entry waits for others: waking up and writing for each one would cost more than making its line.</summary>
    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(25);

    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);

    private readonly ILogSink _sink;
    private readonly JournalLines _lines;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _timeFormat;
    private readonly Channel<MailLogEntry> _queue;
    private readonly StringBuilder _batch = new();
    private readonly List<LogLine> _made = [];
    private readonly Task _writing;
    private long _lost;
    private int _batchLines;
    private bool _isBroken;

    public MainLog(ILogSink sink, LogSelection selection, TimeProvider time, ILogger logger, int capacity = DefaultCapacity)
    {
        _sink = sink;
        _time = time;
        _logger = logger;
        _lines = new JournalLines(selection, Environment.UserName);
        _timeFormat = selection.Has("millisec") ? "yyyy-MM-dd HH:mm:ss.fff" : "yyyy-MM-dd HH:mm:ss";
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
            Log.MainLogNotDrained(_logger, _queue.Reader.Count);
        }
    }

    private async Task RunAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            await Task.Delay(GatherTime, _time);
            while (_queue.Reader.TryRead(out var entry))
            {
                _lines.Apply(entry, _made);
                foreach (var line in _made)
                {
                    Append(line);
                }

                _made.Clear();
                if (_batch.Length >= BatchSize)
                {
                    Flush();
                }
            }

            Flush();
        }

        Flush();
    }

    private void Append(LogLine line)
    {
        Begin(line.At);
        if (line.Id is { } id)
        {
            _batch.Append(id.ToString()).Append(' ');
        }

        LogEscape.Append(_batch, line.Text);
        _batch.Append('\n');
        _batchLines++;
    }

    private void Begin(DateTimeOffset at) =>
        _batch.Append(TimeZoneInfo.ConvertTime(at, _time.LocalTimeZone).ToString(_timeFormat, CultureInfo.InvariantCulture)).Append(' ');

    private void Flush()
    {
        var lost = Interlocked.Exchange(ref _lost, 0);
        if (lost > 0)
        {
            _lines.Forget();
            Begin(_time.GetUtcNow());
            _batch.Append(CultureInfo.InvariantCulture, $"{lost} entries are missing here: this log could not be written as fast as they came\n");
        }

        if (_batch.Length == 0)
        {
            return;
        }

        try
        {
            _sink.Write(_batch.ToString());
            _isBroken = false;
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            Interlocked.Add(ref _lost, lost + _batchLines);
            if (!_isBroken)
            {
                _isBroken = true; // said once, not for each batch
                Log.MainLogNotWritten(_logger, error.Message);
            }
        }

        _batch.Clear();
        _batchLines = 0;
    }
}
