using System.IO.Pipelines;
using Pipeline.Node.Listeners.Session;

namespace Pipeline.Node.Tests.Listeners;

public sealed class SessionWatchTests
{
    private static readonly TimeSpan SessionTimeout = TimeSpan.FromHours(1);

    private readonly ManualTime _time = new();
    private int _aborts;

    [Fact]
    public async Task Read_is_cancelled_at_its_deadline_and_not_before()
    {
        SessionWatch watch = Create();
        var pipe = new Pipe();
        watch.Begin(SessionActivity.AwaitingCommand, pipe.Reader, watch.After(TimeSpan.FromSeconds(10)));
        ValueTask<ReadResult> read = pipe.Reader.ReadAsync();
        Pass(watch, TimeSpan.FromSeconds(9.9));
        Assert.False(read.IsCompleted);
        Assert.False(watch.IsExpired);
        Pass(watch, TimeSpan.FromSeconds(0.1));
        Assert.True((await read).IsCanceled);
        Assert.True(watch.IsExpired);
        Assert.Equal(0, _aborts);
    }

    [Fact]
    public void Work_of_the_server_has_no_deadline()
    {
        SessionWatch watch = Create();
        var pipe = new Pipe();
        watch.Begin(SessionActivity.AwaitingCommand, pipe.Reader, watch.After(TimeSpan.FromSeconds(10)));
        watch.End();
        Pass(watch, TimeSpan.FromDays(1));
        Assert.False(watch.IsExpired);
        Assert.False(pipe.Reader.TryRead(out _));
    }

    [Fact]
    public void Write_that_takes_too_long_aborts_the_connection()
    {
        SessionWatch watch = Create();
        watch.Begin(SessionActivity.Writing, null, watch.After(TimeSpan.FromSeconds(10)));
        Pass(watch, TimeSpan.FromSeconds(10));
        Assert.Equal(1, _aborts);
        Pass(watch, TimeSpan.FromSeconds(10));
        Assert.Equal(1, _aborts);
    }

    [Theory]
    [InlineData((int)SessionActivity.AwaitingCommand, true)]
    [InlineData((int)SessionActivity.AwaitingData, false)]
    public void Session_age_ends_the_wait_for_a_command_but_not_a_message(int activity, bool expired)
    {
        SessionWatch watch = Create();
        var pipe = new Pipe();
        Pass(watch, SessionTimeout);
        watch.Begin((SessionActivity)activity, pipe.Reader, watch.After(TimeSpan.FromMinutes(5)));
        Pass(watch, TimeSpan.FromSeconds(1));
        Assert.Equal(expired, watch.IsExpired);
    }

    [Theory]
    [InlineData((int)SessionActivity.AwaitingCommand, true)]
    [InlineData((int)SessionActivity.AwaitingData, false)]
    [InlineData((int)SessionActivity.Working, false)]
    public async Task Drain_wakes_the_wait_for_a_command_and_nothing_else(int activity, bool woken)
    {
        SessionWatch watch = Create();
        var pipe = new Pipe();
        watch.Begin((SessionActivity)activity, pipe.Reader, watch.After(TimeSpan.FromMinutes(5)));
        ValueTask<ReadResult> read = pipe.Reader.ReadAsync();
        watch.Drain();
        Assert.True(watch.IsDraining);
        Assert.Equal(woken, read.IsCompleted);
        pipe.Writer.Complete();
        await read;
    }

    private SessionWatch Create() => new(_time, SessionTimeout, () => _aborts++);

    private void Pass(SessionWatch watch, TimeSpan span)
    {
        _time.Advance(span);
        watch.Tick();
    }
}
