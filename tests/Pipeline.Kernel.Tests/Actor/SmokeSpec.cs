namespace Pipeline.Kernel.Tests.Actor;

public sealed class SmokeSpec : KernelSpec
{
    [Fact]
    public async Task Actor_answers_a_message()
    {
        IActorRef echo = ActorOf(Act(a => a.OnAny(m => a.Sender.Tell(m))), "echo");
        echo.Tell("hello", TestActor);
        await ExpectMsgAsync("hello");
        Assert.Equal(echo, LastSender);
    }

    [Fact]
    public async Task Ask_gets_the_answer()
    {
        IActorRef echo = ActorOf(Act(a => a.OnAny(m => a.Sender.Tell(m))));
        Assert.Equal("x", await echo.Ask<string>("x", TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Failing_actor_is_restarted_and_goes_on()
    {
        IActorRef actor = ActorOf(Act(a =>
        {
            a.On<int>(_ => throw new InvalidOperationException("boom"));
            a.On<string>(m => a.Sender.Tell(m));
        }));
        actor.Tell(1, TestActor);
        actor.Tell("after", TestActor);
        await ExpectMsgAsync("after");
    }

    [Fact]
    public async Task Watcher_learns_of_the_end()
    {
        IActorRef actor = ActorOf(Act(_ => { }));
        Watch(actor);
        actor.Tell(PoisonPill.Instance);
        Assert.True((await ExpectTerminatedAsync(actor)).ExistenceConfirmed);
    }

    [Fact]
    public async Task Async_handler_comes_back_to_the_actor()
    {
        IActorRef actor = ActorOf(Act(a => a.OnAsync<string>(async m =>
        {
            await Task.Yield();
            a.Sender.Tell(m + "!");
        })));
        actor.Tell("a", TestActor);
        actor.Tell("b", TestActor);
        await ExpectMsgAsync("a!");
        await ExpectMsgAsync("b!");
    }

    [Fact]
    public async Task Timer_fires_when_the_clock_gets_there()
    {
        IActorRef actor = ActorOf(Act(a =>
        {
            a.PreStart = () => a.Timers.StartSingleTimer("t", "tick", TimeSpan.FromSeconds(5));
            a.On<string>(m => TestActor.Tell(m));
            a.On<int>(m => TestActor.Tell(m));
        }));
        actor.Tell(1);
        await ExpectMsgAsync(1);
        Time.Advance(TimeSpan.FromSeconds(4));
        await ExpectNoMsgAsync();
        Time.Advance(TimeSpan.FromSeconds(1));
        await ExpectMsgAsync("tick");
    }

    [Fact]
    public async Task Stashed_messages_come_back_in_front()
    {
        IActorRef actor = ActorOf(Act(a => a.On<string>(m =>
        {
            if (m == "open")
            {
                a.Become(() => a.On<string>(x => TestActor.Tell(x)));
                a.Stash.UnstashAll();
            }
            else
            {
                a.Stash.Stash();
            }
        })));
        foreach (string m in new[] { "1", "2", "open", "3" })
        {
            actor.Tell(m);
        }

        await ExpectMsgAsync("1");
        await ExpectMsgAsync("2");
        await ExpectMsgAsync("3");
    }
}
