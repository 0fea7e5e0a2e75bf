using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Node.Logging;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.Tests.Logging;

public sealed class MailLogTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 2, 12, 0, 0, 250, TimeSpan.Zero);

    [Theory]
    [InlineData(null, "2030-01-02 12:00:00 text\n")]
    [InlineData("+millisec", "2030-01-02 12:00:00.250 text\n")]
    public async Task Line_has_exims_frame(string? selector, string expected)
    {
        using var sink = new MemorySink();
        await using (var log = Open(sink, selector))
        {
            log.Write(Line("text"));
        }

        Assert.Equal(expected, sink.Text);
    }

    [Fact]
    public async Task What_a_peer_says_cannot_begin_a_line_or_move_a_cursor()
    {
        using var sink = new MemorySink();
        await using (var log = Open(sink))
        {
            log.Write(Line("H=(x\r\n2030-01-02 12:00:00 1vMabc-00000000001-0abc <= forged\u001b[2J\t\u007f\u0085\u2028\u202e) ü"));
        }

        Assert.Equal(
            "2030-01-02 12:00:00 H=(x\\r\\n2030-01-02 12:00:00 1vMabc-00000000001-0abc <= forged\\033[2J\\t\\177\\205\\u2028\\u202e) ü\n", sink.Text);
    }

    [Fact]
    public async Task Slow_sink_makes_nobody_wait_and_what_is_lost_is_counted_in_the_log()
    {
        using var sink = new MemorySink();
        sink.Block();
        await using (var log = Open(sink, capacity: 4))
        {
            log.Write(Line("first"));
            await sink.Entered.Task; // the writer is in the sink with the first line
            for (var i = 0; i < 10; i++)
            {
                log.Write(Line($"then {i}"));
            }

            sink.Release();
        }

        var lines = sink.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["first", "then 0", "then 1", "then 2", "then 3"], lines.Where(line => !line.Contains("missing", StringComparison.Ordinal)).Select(line => line[20..]));
        Assert.Equal(
            "6 entries are missing here: this log could not be written as fast as they came",
            Assert.Single(lines, line => line.Contains("missing", StringComparison.Ordinal))[20..]);
    }

    [Fact]
    public async Task Sink_that_fails_is_told_what_it_missed_when_it_works_again()
    {
        using var sink = new MemorySink { Broken = true };
        await using (var log = Open(sink))
        {
            log.Write(Line("a"));
            await sink.Entered.Task;
            sink.Broken = false;
            log.Write(Line("b"));
        }

        Assert.Contains(" b\n", sink.Text, StringComparison.Ordinal);
        Assert.Contains(" 1 entries are missing here", sink.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_that_was_moved_away_is_begun_anew()
    {
        var folder = Directory.CreateTempSubdirectory("log");
        try
        {
            var path = Path.Combine(folder.FullName, "mainlog");
            var sink = new FileSink(path);
            sink.Write("one\n");
            sink.Write("two\n");
            File.Move(path, path + ".1");
            sink.Write("three\n");
            Assert.Equal("one\ntwo\n", await File.ReadAllTextAsync(path + ".1"));
            Assert.Equal("three\n", await File.ReadAllTextAsync(path));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Zone_and_process_are_there_when_they_are_asked_for()
    {
        using var sink = new MemorySink();
        await using (var log = Open(new LogPlan(LogSelection.Parse("+pid"), WithZone: true) { Main = sink }))
        {
            log.Write(Line("text"));
        }

        Assert.Equal($"2030-01-02 12:00:00 +0000 [{Environment.ProcessId}] text\n", sink.Text);
    }

    [Fact]
    public async Task Refusal_is_in_both_logs_and_its_header_in_one()
    {
        using var main = new MemorySink();
        using var reject = new MemorySink();
        using var panic = new MemorySink();
        await using (var log = Open(new LogPlan(LogSelection.Default, WithZone: false) { Main = main, Reject = reject, Panic = panic }))
        {
            log.Write(Refusal("rejected after DATA: no", "From: a\r\nSubject: b\r\n\tc\u001b\r\n"));
            log.Write(new MailLogEntry.Line(Noon, "help", PolicyLogTarget.Main | PolicyLogTarget.Panic));
        }

        const string Line = "2030-01-02 12:00:00 rejected after DATA: no\n";
        Assert.Equal(Line + "2030-01-02 12:00:00 help\n", main.Text);
        Assert.Equal(
            Line + "Envelope-from: <a@x>\nEnvelope-to: <b@x>\n             <c@x>\n  From: a\n  Subject: b\n  \\tc\\033\n", reject.Text);
        Assert.Equal("2030-01-02 12:00:00 help\n", panic.Text);
    }

    [Fact]
    public async Task Header_is_left_out_when_rejected_header_is_off()
    {
        using var reject = new MemorySink();
        await using (var log = Open(new LogPlan(LogSelection.Parse("-rejected_headers"), WithZone: false) { Reject = reject }))
        {
            log.Write(Refusal("no", "From: a\r\n"));
        }

        Assert.Equal("2030-01-02 12:00:00 no\n", reject.Text);
    }

    [Fact]
    public async Task Reject_log_that_cannot_be_written_does_not_keep_the_main_log_from_it()
    {
        using var main = new MemorySink();
        using var reject = new MemorySink { Broken = true };
        await using (var log = Open(new LogPlan(LogSelection.Default, WithZone: false) { Main = main, Reject = reject }))
        {
            log.Write(Refusal("no", ""));
        }

        Assert.Equal("2030-01-02 12:00:00 no\n", main.Text);
    }

    [Fact]
    public async Task New_policy_changes_where_the_next_lines_go_and_what_they_tell()
    {
        using var before = new MemorySink();
        using var after = new MemorySink();
        var plan = new LogPlan(LogSelection.Default, WithZone: false) { Main = before };
        await using (var log = new MailLog(plan, () => new(plan), new EximLogForm(new UtcTime()), new UtcTime(), NullLogger.Instance))
        {
            log.Write(Line("one"));
            await before.Entered.Task;
            plan = new LogPlan(LogSelection.Parse("+millisec"), WithZone: false) { Main = after };
            log.Write(Line("two"));
        }

        Assert.Equal(("2030-01-02 12:00:00 one\n", "2030-01-02 12:00:00.250 two\n"), (before.Text, after.Text));
    }

    [Fact]
    public async Task Policy_whose_logs_cannot_be_written_leaves_them_where_they_were()
    {
        using var sink = new MemorySink();
        var plan = new LogPlan(LogSelection.Default, WithZone: false) { Main = sink };
        await using (var log = new MailLog(plan, () => throw new IOException("no such folder"), new EximLogForm(new UtcTime()), new UtcTime(), NullLogger.Instance))
        {
            log.Write(Line("text"));
        }

        Assert.Equal("2030-01-02 12:00:00 text\n", sink.Text);
    }

    private static MailLogEntry.Line Line(string text) => new(Noon, text);

    private static MailLogEntry.Line Refusal(string text, string header) => new(
        Noon, text, PolicyLogTarget.Main | PolicyLogTarget.Reject, new RejectedContent("a@x", ["b@x", "c@x"], Encoding.UTF8.GetBytes(header)));

    private static MailLog Open(MemorySink sink, string? selector = null, int capacity = MailLog.DefaultCapacity) =>
        Open(new LogPlan(LogSelection.Parse(selector), WithZone: false) { Main = sink }, capacity);

    private static MailLog Open(LogPlan plan, int capacity = MailLog.DefaultCapacity) =>
        new(plan, () => new(plan), new EximLogForm(new UtcTime()), new UtcTime(), NullLogger.Instance, capacity);

    /// <summary>The system's time, in UTC.</summary>
    private sealed class UtcTime : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
    }

    private sealed class MemorySink : ILogSink, IDisposable
    {
        private readonly ManualResetEventSlim _open = new(initialState: true);
        private readonly System.Text.StringBuilder _text = new();

        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Broken { get; set; }

        public string Text
        {
            get
            {
                lock (_text)
                {
                    return _text.ToString();
                }
            }
        }

        public void Block() => _open.Reset();

        public void Release() => _open.Set();

        public void Dispose() => _open.Dispose();

        public void Write(string lines)
        {
            var broken = Broken;
            Entered.TrySetResult();
            _open.Wait();
            if (broken)
            {
                throw new IOException("full");
            }

            lock (_text)
            {
                _text.Append(lines);
            }
        }
    }
}
