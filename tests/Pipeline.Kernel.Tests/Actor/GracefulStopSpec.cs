namespace Pipeline.Kernel.Tests.Actor;

public sealed class GracefulStopSpec : KernelSpec
{
    [Fact]
    public async Task Actor_that_ends_in_time_gives_true_also_when_it_was_dead()
    {
        IActorRef actor = ActorOf(Act(a => a.OnAny(m => Say(m))));
        actor.Tell("first");
        Assert.True(await actor.GracefulStop(Second));
        await ExpectMsgAsync("first");
        Assert.True(await actor.GracefulStop(Second));
        await AwaitConditionAsync(() => Task.FromResult(Time.ActiveTimers == 0));
    }

    [Fact]
    public async Task Actor_that_does_not_end_in_time_gives_false()
    {
        using var hold = new ManualResetEventSlim();
        IActorRef actor = ActorOf(Act(a => a.OnAny(_ => hold.Wait(Patience))));
        actor.Tell("hold");
        Task<bool> stopped = actor.GracefulStop(Second);
        Time.Advance(Second);
        Assert.False(await stopped);
        hold.Set();
    }

    [Fact]
    public async Task Own_stop_message_is_used_instead_of_the_pill()
    {
        IActorRef actor = ActorOf(Act(a => a.On<string>(m =>
        {
            Say(m);
            a.Context.Stop(a.Self);
        })));
        Assert.True(await actor.GracefulStop(Second, "please stop"));
        await ExpectMsgAsync("please stop");
    }
}
