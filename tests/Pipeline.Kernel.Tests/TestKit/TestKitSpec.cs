using Xunit.Sdk;

namespace Pipeline.Kernel.Tests.TestKit;

public sealed class TestKitSpec : KernelSpec
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task Failing_expectation_says_what_came_and_what_had_come_before()
    {
        Say("first");
        await ExpectMsgAsync("first");
        Say(2);
        XunitException wrong = await Assert.ThrowsAsync<XunitException>(async () => await ExpectMsgAsync<string>(hint: "the hint"));
        Assert.Contains("expected a String but got 2 [the hint]", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("first", wrong.Message, StringComparison.Ordinal);
        XunitException late = await Assert.ThrowsAsync<XunitException>(async () => await ExpectMsgAsync("never", Short));
        Assert.Contains("timeout", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_kind_of_expectation_can_fail()
    {
        Say(1);
        await Assert.ThrowsAsync<XunitException>(async () => await ExpectMsgAsync(2));
        Say(1);
        await Assert.ThrowsAsync<XunitException>(async () => await ExpectMsgAsync<int>(n => n == 2));
        Say(1);
        await Assert.ThrowsAsync<EqualException>(async () => await ExpectMsgAsync<int>(n => Assert.Equal(2, n)));
        Say(1);
        await Assert.ThrowsAsync<XunitException>(async () => await ExpectNoMsgAsync());
        Say(1);
        await Assert.ThrowsAsync<XunitException>(async () => await FishForMessageAsync(m => m is "fish", Short));
        Say(1);
        await Assert.ThrowsAsync<XunitException>(async () =>
        {
            await foreach (int _ in ExpectMsgAllOfAsync<int>([2, 3]))
            {
            }
        });
        await Assert.ThrowsAsync<XunitException>(() => AwaitConditionAsync(() => Task.FromResult(false), Short));
        await Assert.ThrowsAsync<TrueException>(() => AwaitAssertAsync(() => Assert.True(false), Short));
        await Assert.ThrowsAsync<XunitException>(() => WithinAsync(Short, async () => await ExpectMsgAsync("never")));
        await Assert.ThrowsAsync<XunitException>(
            () => EventFilter.Warning().ExpectAsync(0, () => Sys.Log.Warning("one too many")));
    }

    [Fact]
    public async Task Fishing_and_sets_take_what_they_were_asked_for()
    {
        Say(1);
        Say("fish");
        Assert.Equal("fish", await FishForMessageAsync<string>(m => m == "fish"));
        Say(3);
        Say(2);
        List<int> order = [];
        await foreach (int number in ExpectMsgAllOfAsync<int>([2, 3]))
        {
            order.Add(number);
        }

        Assert.Equal([3, 2], order);
    }

    [Fact]
    public async Task Probe_replies_forwards_ignores_and_flies_by_itself()
    {
        TestProbe probe = CreateTestProbe();
        probe.Ref.Tell("question", TestActor);
        await probe.ExpectMsgAsync("question");
        probe.Reply("answer");
        await ExpectMsgAsync("answer");
        Assert.Equal(probe.Ref, LastSender);
        probe.Forward(TestActor, "forwarded");
        await ExpectMsgAsync("forwarded");
        Assert.Equal(TestActor, LastSender);
        probe.Send(TestActor, "sent");
        await ExpectMsgAsync("sent");
        IgnoreMessages(m => m is int);
        Say(1);
        Say("seen");
        await ExpectMsgAsync("seen");
        IgnoreNoMessages();
        Say(1);
        await ExpectMsgAsync(1);
        int flights = 0;
        probe.SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            sender.Tell($"auto {message}");
            return ++flights < 2 ? AutoPilot.KeepRunning : AutoPilot.NoAutoPilot;
        }));
        for (int i = 1; i <= 3; i++)
        {
            probe.Ref.Tell(i, TestActor);
        }

        await ExpectInOrderAsync("auto 1", "auto 2");
        Assert.Equal(3, await probe.FishForMessageAsync<int>(n => n == 3));
        await ExpectNoMsgAsync();
    }

    [Fact]
    public void Clock_fires_timers_in_due_order_each_at_its_time()
    {
        var time = new ManualTimeProvider();
        DateTimeOffset start = time.GetUtcNow();
        List<(string Name, double Seconds)> fired = [];
        ITimer late = Timer("late", 3, Timeout.InfiniteTimeSpan);
        ITimer periodic = Timer("periodic", 1, Second);
        Timer("nested", 2.5, Timeout.InfiniteTimeSpan, () => Timer("inner", 0.2, Timeout.InfiniteTimeSpan));
        time.Advance(TimeSpan.FromSeconds(3.5));
        Assert.Equal(
            [("periodic", 1), ("periodic", 2), ("nested", 2.5), ("inner", 2.7), ("late", 3), ("periodic", 3)],
            fired.OrderBy(static entry => entry.Seconds).ThenBy(static entry => entry.Name, StringComparer.Ordinal));
        periodic.Dispose();
        late.Change(Second, Timeout.InfiniteTimeSpan);
        Assert.Equal(1, time.ActiveTimers);
        time.Advance(Second);
        Assert.Equal(0, time.ActiveTimers);
        Assert.Equal(start + TimeSpan.FromSeconds(4.5), time.GetUtcNow());

        ITimer Timer(string name, double due, TimeSpan period, Action? then = null) => time.CreateTimer(
            _ =>
            {
                fired.Add((name, (time.GetUtcNow() - start).TotalSeconds));
                then?.Invoke();
            },
            null,
            TimeSpan.FromSeconds(due),
            period);
    }
}
