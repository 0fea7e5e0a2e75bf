namespace Pipeline.Kernel.Tests.Actor;

public sealed class ReceiveTimeoutSpec : KernelSpec
{
    [Fact]
    public async Task Timeout_fires_repeats_is_put_off_by_messages_and_switched_off()
    {
        IActorRef actor = await Started();
        Time.Advance(Second);
        await ExpectMsgAsync("timeout");
        await Settled(actor);
        Time.Advance(Second);
        await ExpectMsgAsync("timeout");
        await Settled(actor);
        Time.Advance(Second * 0.7);
        actor.Tell("message");
        await ExpectMsgAsync("message");
        await Settled(actor);
        Time.Advance(Second * 0.7);
        await ExpectNoMsgAsync();
        Time.Advance(Second * 0.3);
        await ExpectMsgAsync("timeout");
        actor.Tell("off");
        await ExpectMsgAsync("off");
        await Settled(actor);
        Time.Advance(Second * 10);
        await ExpectNoMsgAsync();
    }

    [Fact]
    public async Task Neutral_messages_also_of_timers_do_not_put_it_off()
    {
        IActorRef actor = await Started(neutralTimer: true);
        Time.Advance(Second * 0.5);
        actor.Tell(new Neutral());
        await ExpectMsgAsync("neutral");
        await Settled(actor);
        Time.Advance(Second * 0.25);
        await ExpectMsgAsync("neutral");
        await Settled(actor);
        Time.Advance(Second * 0.25);
        await ExpectMsgAsync("timeout");
    }

    [Fact]
    public async Task It_survives_a_restart()
    {
        IActorRef actor = await Started();
        actor.Tell(0);
        actor.Tell("alive");
        await ExpectMsgAsync("alive");
        await Settled(actor);
        Time.Advance(Second);
        await ExpectMsgAsync("timeout");
    }

    [Fact]
    public async Task Timeout_that_is_queued_comes_before_a_later_message()
    {
        using var hold = new ManualResetEventSlim();
        IActorRef actor = await Started();
        actor.Tell(hold);
        await ExpectMsgAsync("holding");
        Time.Advance(Second);
        actor.Tell("message");
        hold.Set();
        await ExpectInOrderAsync("timeout", "message");
    }

    [Fact]
    public async Task Idle_time_begins_when_an_asynchronous_handler_ends()
    {
        var gate = new TaskCompletionSource();
        IActorRef actor = await Started();
        actor.Tell(gate);
        await ExpectMsgAsync("awaiting");
        await AwaitConditionAsync(() => Task.FromResult(MailboxOf(actor).IsSuspended));
        Time.Advance(Second * 10);
        gate.SetResult();
        await ExpectMsgAsync("awaited");
        await ExpectNoMsgAsync();
        await AwaitConditionAsync(() => Task.FromResult(!MailboxOf(actor).IsSuspended));
        await Settled(actor);
        Time.Advance(Second);
        await ExpectMsgAsync("timeout");
    }

    /// <summary>Waits until the end of the last turn has set the timer, before the clock is moved.</summary>
    private async Task Settled(IActorRef actor)
    {
        actor.Tell(new Probe());
        await ExpectMsgAsync("probed");
    }

    private async Task<IActorRef> Started(bool neutralTimer = false)
    {
        IActorRef actor = ActorOf(Act(a =>
        {
            a.PreStart = () =>
            {
                a.Context.SetReceiveTimeout(Second);
                if (neutralTimer)
                {
                    a.Timers.StartSingleTimer("n", new Neutral(), Second * 0.75);
                }

                Say("started");
            };
            a.PreRestart = (_, _) => { };
            a.PostRestart = _ => { };
            a.On<ReceiveTimeout>(_ => Say("timeout"));
            a.On<Neutral>(_ => Say("neutral"));
            a.On<Probe>(_ => Say("probed"));
            a.On<int>(_ => throw new InvalidOperationException("fail"));
            a.On<ManualResetEventSlim>(hold =>
            {
                Say("holding");
                hold.Wait(Patience);
            });
            a.OnAsync<TaskCompletionSource>(async gate =>
            {
                Say("awaiting");
                await gate.Task;
                Say("awaited");
            });
            a.On<string>(m =>
            {
                if (m == "off")
                {
                    a.Context.SetReceiveTimeout(null);
                }

                Say(m);
            });
        }));
        await ExpectMsgAsync("started");
        await Settled(actor);
        return actor;
    }

    private sealed class Neutral : INotInfluenceReceiveTimeout;

    private sealed class Probe : INotInfluenceReceiveTimeout;
}
