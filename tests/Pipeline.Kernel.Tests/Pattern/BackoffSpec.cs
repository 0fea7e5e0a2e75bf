namespace Pipeline.Kernel.Tests.Pattern;

public sealed class BackoffSpec : KernelSpec
{
    private static readonly TimeSpan Min = TimeSpan.FromMilliseconds(100);

    private double _random;
    private int _created;

    public BackoffSpec()
        : base(new ActorSystemSettings())
    {
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Delay_doubles_up_to_its_limit(bool onStop)
    {
        IActorRef supervisor = ActorOf(BackoffSupervisor.Props(Options(onStop, TimeSpan.FromMilliseconds(800)).WithManualReset()));
        await ExpectMsgAsync("created 1");
        int[] delays = [100, 200, 400, 800, 800];
        for (int i = 0; i < delays.Length; i++)
        {
            supervisor.Tell("fail");
            await GapAsync(supervisor);
            Time.Advance(TimeSpan.FromMilliseconds(delays[i] - 1));
            Assert.Equal(0, await CurrentChildren(supervisor));
            Time.Advance(TimeSpan.FromMilliseconds(1));
            await ExpectMsgAsync($"created {i + 2}");
        }
    }

    [Fact]
    public async Task Random_part_lengthens_the_delay()
    {
        _random = 0.5;
        ActorSystem system = ActorSystem.Create("random", new ActorSystemSettings { Time = Time, NextRandom = () => _random });
        IActorRef supervisor = system.ActorOf(BackoffSupervisor.Props(Options(true, Second, randomFactor: 0.2).WithManualReset()));
        await ExpectMsgAsync("created 1");
        supervisor.Tell("fail");
        await GapAsync(supervisor);
        Time.Advance(TimeSpan.FromMilliseconds(109));
        await ExpectNoMsgAsync();
        Time.Advance(TimeSpan.FromMilliseconds(1));
        await ExpectMsgAsync("created 2");
        await system.Terminate().WaitAsync(Patience);
    }

    [Fact]
    public async Task Quiet_time_or_a_word_resets_the_count()
    {
        IActorRef auto = ActorOf(BackoffSupervisor.Props(Options(true, Second).WithAutoReset(TimeSpan.FromSeconds(10))));
        await ExpectMsgAsync("created 1");
        auto.Tell("fail");
        await GapAsync(auto);
        Time.Advance(Min);
        await ExpectMsgAsync("created 2");
        Assert.Equal(1, await CountOf(auto));
        Time.Advance(TimeSpan.FromSeconds(10));
        await AwaitConditionAsync(async () => await CountOf(auto) == 0);

        IActorRef manual = ActorOf(BackoffSupervisor.Props(Options(true, Second).WithManualReset()));
        await ExpectMsgAsync("created 3");
        manual.Tell("fail");
        await GapAsync(manual);
        Time.Advance(Min);
        await ExpectMsgAsync("created 4");
        Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(1, await CountOf(manual));
        manual.Tell(BackoffSupervisor.Reset.Instance);
        Assert.Equal(0, await CountOf(manual));
    }

    [Fact]
    public async Task Giving_up_stops_the_supervisor()
    {
        IActorRef supervisor = ActorOf(BackoffSupervisor.Props(Options(true, Second).WithManualReset().WithMaxNrOfRetries(1)));
        await ExpectMsgAsync("created 1");
        supervisor.Tell("fail");
        await GapAsync(supervisor);
        Time.Advance(Min);
        await ExpectMsgAsync("created 2");
        Watch(supervisor);
        supervisor.Tell("fail");
        await ExpectTerminatedAsync(supervisor);
    }

    [Fact]
    public async Task Child_that_stops_by_itself_ends_an_OnFailure_supervisor_and_not_an_OnStop_one()
    {
        IActorRef onFailure = ActorOf(BackoffSupervisor.Props(Options(false, Second)));
        await ExpectMsgAsync("created 1");
        Watch(onFailure);
        onFailure.Tell("stop");
        await ExpectTerminatedAsync(onFailure);
        IActorRef onStop = ActorOf(BackoffSupervisor.Props(Options(true, Second)));
        await ExpectMsgAsync("created 2");
        onStop.Tell("stop");
        await GapAsync(onStop);
        Time.Advance(Min);
        await ExpectMsgAsync("created 3");
    }

    [Fact]
    public async Task Messages_in_the_gap_are_answered_or_lost()
    {
        IActorRef answering = ActorOf(BackoffSupervisor.Props(Options(true, Second).WithReplyWhileStopped("closed")));
        await ExpectMsgAsync("created 1");
        answering.Tell("fail");
        await GapAsync(answering);
        answering.Tell("anybody?", TestActor);
        await ExpectMsgAsync("closed");
        IActorRef losing = ActorOf(BackoffSupervisor.Props(Options(true, Second)));
        await ExpectMsgAsync("created 2");
        losing.Tell("fail");
        await GapAsync(losing);
        await EventFilter.DeadLetter<string>(m => m == "anybody?").ExpectOneAsync(() => losing.Tell("anybody?"));
    }

    [Fact]
    public async Task Final_stop_message_ends_the_supervisor_with_its_child()
    {
        IActorRef supervisor = ActorOf(BackoffSupervisor.Props(Options(true, Second).WithFinalStopMessage(m => m is "stop")));
        await ExpectMsgAsync("created 1");
        Watch(supervisor);
        supervisor.Tell("stop");
        await ExpectTerminatedAsync(supervisor);
    }

    [Fact]
    public async Task Messages_of_the_child_to_its_parent_go_further_up()
    {
        ActorOf(Act(a =>
        {
            IActorRef supervisor = a.Context.ActorOf(BackoffSupervisor.Props(Options(true, Second)));
            supervisor.Tell("up");
            a.On<int>(n => Say(n));
        }));
        await ExpectMsgAsync("created 1");
        await ExpectMsgAsync(42);
    }

    private BackoffOptions Options(bool onStop, TimeSpan max, double randomFactor = 0)
    {
        Props child = Act(a =>
        {
            a.PreStart = () => Say($"created {Interlocked.Increment(ref _created)}");
            a.On<string>(m =>
            {
                switch (m)
                {
                    case "fail":
                        throw new InvalidOperationException("fail");
                    case "stop":
                        a.Context.Stop(a.Self);
                        break;
                    case "up":
                        a.Context.Parent.Tell(42);
                        break;
                }
            });
        });
        BackoffOptions options = onStop
            ? Backoff.OnStop(child, "child", Min, max, randomFactor, -1)
            : Backoff.OnFailure(child, "child", Min, max, randomFactor, -1);
        return onStop ? options.WithSupervisorStrategy(new OneForOneStrategy(_ => Directive.Stop)) : options;
    }

    private static async Task<int> CountOf(IActorRef supervisor) =>
        (await supervisor.Ask<BackoffSupervisor.RestartCount>(BackoffSupervisor.GetRestartCount.Instance, Second)).Count;

    private static async Task<int> CurrentChildren(IActorRef supervisor) =>
        (await supervisor.Ask<BackoffSupervisor.CurrentChild>(BackoffSupervisor.GetCurrentChild.Instance, Second)).Ref.IsNobody() ? 0 : 1;

    private Task GapAsync(IActorRef supervisor) => AwaitConditionAsync(async () => await CurrentChildren(supervisor) == 0);
}
