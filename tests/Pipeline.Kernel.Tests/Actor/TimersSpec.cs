namespace Pipeline.Kernel.Tests.Actor;

public sealed class TimersSpec : KernelSpec
{
    [Theory]
    [InlineData("replace")]
    [InlineData("cancel")]
    [InlineData("cancel all")]
    public async Task Message_that_is_queued_already_does_not_arrive_after_its_timer_is_gone(string how)
    {
        using var hold = new ManualResetEventSlim();
        IActorRef actor = ActorOf(Act(a =>
        {
            a.PreStart = () => a.Timers.StartSingleTimer("t", "old", Second);
            a.On<int>(_ =>
            {
                Say("holding");
                hold.Wait(Patience);
                switch (how)
                {
                    case "replace":
                        a.Timers.StartSingleTimer("t", "new", Second);
                        break;
                    case "cancel":
                        a.Timers.Cancel("t");
                        break;
                    default:
                        a.Timers.CancelAll();
                        break;
                }

                Say(a.Timers.IsTimerActive("t"));
            });
            a.On<string>(m => Say(m));
        }));
        actor.Tell(0);
        await ExpectMsgAsync("holding");
        Time.Advance(Second);
        hold.Set();
        await ExpectMsgAsync(how == "replace");
        actor.Tell("after");
        await ExpectMsgAsync("after");
        Time.Advance(Second);
        if (how == "replace")
        {
            await ExpectMsgAsync("new");
        }

        await ExpectNoMsgAsync();
    }

    [Fact]
    public async Task Periodic_timer_keeps_its_pace_and_its_message_has_no_sender()
    {
        ActorOf(Act(a =>
        {
            DateTimeOffset start = Time.GetUtcNow();
            a.PreStart = () =>
            {
                a.Timers.StartPeriodicTimer("t", "tick", TimeSpan.FromMilliseconds(500), Second);
                Say("ready");
            };
            a.On<string>(_ => Say((a.Sender.IsNobody(), a.Timers.IsTimerActive("t"))));
        }));
        await ExpectMsgAsync("ready");
        Time.Advance(TimeSpan.FromMilliseconds(499));
        await ExpectNoMsgAsync();
        Time.Advance(TimeSpan.FromMilliseconds(1));
        await ExpectMsgAsync((true, true));
        Time.Advance(TimeSpan.FromMilliseconds(3700));
        await ReceiveAsync(3);
        await ExpectNoMsgAsync();
        Time.Advance(TimeSpan.FromMilliseconds(300));
        await ExpectMsgAsync((true, true));
    }

    [Fact]
    public async Task Timer_can_be_started_in_the_constructor_and_in_PreStart()
    {
        ActorOf(Act(a =>
        {
            a.Timers.StartSingleTimer("c", "constructor", Second);
            a.PreStart = () =>
            {
                a.Timers.StartSingleTimer("p", "PreStart", Second * 2);
                Say("ready");
            };
            a.On<string>(m => Say(m));
        }));
        await ExpectMsgAsync("ready");
        Time.Advance(Second * 2);
        await ExpectInOrderAsync("constructor", "PreStart");
    }

    [Fact]
    public async Task Restart_cancels_timers_and_discards_their_queued_messages()
    {
        using var hold = new ManualResetEventSlim();
        int generation = 0;
        IActorRef actor = ActorOf(Act(a =>
        {
            if (++generation == 1)
            {
                a.Timers.StartSingleTimer("queued", "queued", Second);
                a.Timers.StartPeriodicTimer("periodic", "periodic", TimeSpan.FromSeconds(3));
            }

            a.On<int>(_ =>
            {
                Say("holding");
                hold.Wait(Patience);
                throw new InvalidOperationException("fail");
            });
            a.On<string>(m => Say(m));
        }));
        actor.Tell(0);
        await ExpectMsgAsync("holding");
        Time.Advance(Second);
        hold.Set();
        actor.Tell("after");
        await ExpectMsgAsync("after");
        Time.Advance(TimeSpan.FromMinutes(1));
        await ExpectNoMsgAsync();
        await AwaitConditionAsync(() => Task.FromResult(Time.ActiveTimers == 0));
    }

    [Fact]
    public async Task Stop_cancels_timers()
    {
        IActorRef actor = ActorOf(Act(a => a.Timers.StartPeriodicTimer("t", "tick", Second)));
        Watch(actor);
        Sys.Stop(actor);
        await ExpectTerminatedAsync(actor);
        await AwaitConditionAsync(() => Task.FromResult(Time.ActiveTimers == 0));
    }

    [Fact]
    public async Task Scheduler_tells_once_repeatedly_and_not_after_cancel()
    {
        ICancelable once = Sys.Scheduler.ScheduleTellOnceCancelable(Second, TestActor, "once", ActorRefs.NoSender);
        ICancelable often = Sys.Scheduler.ScheduleTellRepeatedlyCancelable(TimeSpan.Zero, Second, TestActor, "often", TestActor);
        Time.Advance(Second);
        await foreach (string _ in ExpectMsgAllOfAsync<string>(["often", "once", "often"]))
        {
        }

        once.Cancel();
        often.Cancel();
        Assert.True(often.IsCancellationRequested);
        Time.Advance(Second * 5);
        await ExpectNoMsgAsync();
    }
}
