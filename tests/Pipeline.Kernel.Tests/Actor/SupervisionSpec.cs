namespace Pipeline.Kernel.Tests.Actor;

public sealed class SupervisionSpec : KernelSpec
{
    [Theory]
    [InlineData(Directive.Resume)]
    [InlineData(Directive.Restart)]
    public async Task Grandchild_does_not_run_between_a_failure_and_its_decision(Directive directive)
    {
        using var decide = new ManualResetEventSlim();
        IActorRef? grandchild = null;
        int generation = 0;
        IActorRef parent = ActorOf(Act(
            a =>
            {
                IActorRef child = a.Context.ActorOf(Act(c =>
                {
                    grandchild ??= c.Context.ActorOf(Act(g =>
                    {
                        int mine = Interlocked.Increment(ref generation);
                        g.On<string>(m => Say($"{m} {mine}"));
                    }));

                    // Keeps the grandchild over a restart.
                    c.PreRestart = (_, _) => { };
                    c.On<int>(_ => throw new InvalidOperationException("fail"));
                }));
                a.OnAny(child.Forward);
            },
            new OneForOneStrategy(_ =>
            {
                Say("deciding");
                decide.Wait(Patience);
                return directive;
            })));
        await AwaitConditionAsync(() => Task.FromResult(Volatile.Read(ref grandchild) is not null));
        parent.Tell(1);
        await ExpectMsgAsync("deciding");
        await AwaitConditionAsync(() => Task.FromResult(MailboxOf(grandchild!).IsSuspended));
        grandchild!.Tell("now");
        await ExpectNoMsgAsync();
        decide.Set();
        await ExpectMsgAsync(directive == Directive.Restart ? "now 2" : "now 1");
        Assert.Equal(0, MailboxOf(grandchild!).SuspendCount);
    }

    [Fact]
    public async Task Resume_keeps_the_state_and_drops_the_failing_message()
    {
        IActorRef child = await ChildOf(new OneForOneStrategy(_ => Directive.Resume), a =>
        {
            int sum = 0;
            a.On<int>(n =>
            {
                sum += n;
                if (n == 2)
                {
                    throw new InvalidOperationException("two");
                }

                Say(sum);
            });
        });
        child.Tell(1);
        child.Tell(2);
        child.Tell(3);
        await ExpectInOrderAsync(1, 6);
    }

    [Theory]
    [InlineData(null, 5)]
    [InlineData(-1, 5)]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    public async Task Restarts_are_limited_in_number(int? limit, int survived)
    {
        IActorRef child = await ChildOf(new OneForOneStrategy(limit, null, _ => Directive.Restart), Failing);
        await FailAsync(child, survived);
        if (limit is >= 0)
        {
            await FailForGoodAsync(child);
        }
    }

    [Fact]
    public async Task Window_counts_from_the_first_failure_and_starts_anew_when_it_is_over()
    {
        IActorRef child = await ChildOf(new OneForOneStrategy(2, TimeSpan.FromSeconds(10), _ => Directive.Restart), Failing);
        await FailAsync(child, 1);
        Time.Advance(TimeSpan.FromSeconds(9));
        await FailAsync(child, 1);
        Time.Advance(TimeSpan.FromSeconds(1.1));
        await FailAsync(child, 1);
        Time.Advance(TimeSpan.FromSeconds(10));
        await FailAsync(child, 1);
        await FailForGoodAsync(child);
    }

    [Fact]
    public async Task Window_without_a_count_allows_one_restart()
    {
        IActorRef child = await ChildOf(new OneForOneStrategy(null, TimeSpan.FromSeconds(10), _ => Directive.Restart), Failing);
        await FailAsync(child, 1);
        Time.Advance(TimeSpan.FromSeconds(11));
        await FailAsync(child, 1);
        await FailForGoodAsync(child);
    }

    [Fact]
    public async Task Children_are_counted_apart()
    {
        IActorRef[] children = await ChildrenOf(2, new OneForOneStrategy(1, null, _ => Directive.Restart), Failing);
        await FailAsync(children[0], 1);
        await FailAsync(children[1], 1);
        await FailForGoodAsync(children[0]);
        children[1].Tell("alive", TestActor);
        await ExpectMsgAsync("alive");
    }

    [Fact]
    public async Task Failure_of_an_earlier_incarnation_is_ignored()
    {
        TaskCompletionSource<LocalActorRef> created = new();
        IActorRef parent = ActorOf(Act(
            a =>
            {
                a.Context.ActorOf(Act(c => c.OnAny(m => Say(m))), "child");
                a.On<string>(_ => a.Context.Stop(a.Context.Watch(a.Context.Child("child"))));
                a.On<Terminated>(_ => created.SetResult((LocalActorRef)a.Context.ActorOf(Act(c => c.OnAny(m => Say(m))), "child")));
            },
            new OneForOneStrategy(_ =>
            {
                Say("decided");
                return Directive.Stop;
            })));
        await AwaitConditionAsync(() => Task.FromResult(CellOf(parent).ChildrenSnapshot().Length == 1));
        LocalActorRef first = CellOf(parent).ChildrenSnapshot()[0].Ref;
        parent.Tell("replace");
        LocalActorRef second = await created.Task.WaitAsync(Patience);
        CellOf(parent).Self.SendSystem(new Pipeline.Kernel.Dispatch.Failed(first, new InvalidOperationException("late")));
        second.Tell("alive", ActorRefs.NoSender);
        await ExpectMsgAsync("alive");
        await ExpectNoMsgAsync();
    }

    [Theory]
    [InlineData(Directive.Resume)]
    [InlineData(Directive.Restart)]
    public async Task Parent_and_children_that_fail_at_once_all_run_again(Directive directive)
    {
        using var together = new Barrier(3);
        IActorRef[] children = new IActorRef[2];
        var strategy = new OneForOneStrategy(_ => directive);
        var ready = new TaskCompletionSource<IActorRef>();
        ActorOf(Act(
            top => ready.TrySetResult(top.Context.ActorOf(Act(
                a =>
                {
                    // The children outlive a restart of their parent.
                    a.PreRestart = (_, _) => { };
                    for (int i = 0; i < 2; i++)
                    {
                        children[i] ??= a.Context.ActorOf(Act(Fails));
                    }

                    Fails(a);
                },
                strategy))),
            strategy));
        IActorRef parent = await ready.Task.WaitAsync(Patience);
        await AwaitConditionAsync(() => Task.FromResult(Volatile.Read(ref children[1]) is not null));
        IActorRef[] all = [parent, .. children];
        for (int round = 0; round < 200; round++)
        {
            foreach (IActorRef actor in all)
            {
                actor.Tell(round, ActorRefs.NoSender);
            }

            foreach (IActorRef actor in all)
            {
                actor.Tell("alive", ActorRefs.NoSender);
            }

            await ExpectInOrderAsync("alive", "alive", "alive");
        }

        await AwaitAssertAsync(() => Assert.All(all, actor => Assert.Equal(0, MailboxOf(actor).SuspendCount)));

        void Fails(Script script)
        {
            script.On<int>(_ =>
            {
                together.SignalAndWait(Patience);
                throw new InvalidOperationException("together");
            });
            script.OnAny(m => Say(m));
        }
    }

    [Fact]
    public async Task Escalation_passes_the_same_exception_up_and_restarts_what_it_passes()
    {
        var boom = new InvalidOperationException("boom");
        IActorRef? deepest = null;
        ActorOf(Act(
            top => top.PreStart = () => top.Context.ActorOf(Act(
                middle =>
                {
                    middle.PreStart = () => middle.Context.ActorOf(Act(
                        low =>
                        {
                            low.PreStart = () => Volatile.Write(ref deepest, low.Context.ActorOf(Act(a => a.On<int>(_ => throw boom))));
                            low.PostStop = () => Say("low stopped");
                        },
                        new OneForOneStrategy(_ => Directive.Escalate)));
                    middle.PostStop = () => Say("middle stopped");
                },
                new OneForOneStrategy(_ => Directive.Escalate))),
            new OneForOneStrategy(cause =>
            {
                Say(cause);
                return Directive.Restart;
            })));
        await AwaitConditionAsync(() => Task.FromResult(Volatile.Read(ref deepest) is not null));
        deepest!.Tell(1, ActorRefs.NoSender);
        await ExpectMsgAsync<Exception>(cause => ReferenceEquals(cause, boom));
        Assert.Equal(["low stopped", "middle stopped"], (await ReceiveAsync(2)).Order());
    }

    [Fact]
    public async Task Resume_of_an_escalated_failure_reaches_the_actor_that_failed()
    {
        IActorRef? deepest = null;
        ActorOf(Act(
            top => top.Context.ActorOf(Act(
                middle => Volatile.Write(ref deepest, middle.Context.ActorOf(Act(a =>
                {
                    a.On<int>(_ => throw new InvalidOperationException("boom"));
                    a.On<string>(m => Say(m));
                }))),
                new OneForOneStrategy(_ => Directive.Escalate))),
            new OneForOneStrategy(_ => Directive.Resume)));
        await AwaitConditionAsync(() => Task.FromResult(Volatile.Read(ref deepest) is not null));
        deepest!.Tell(1, ActorRefs.NoSender);
        deepest.Tell("alive", ActorRefs.NoSender);
        await ExpectMsgAsync("alive");
    }

    [Fact]
    public async Task Escalation_through_the_guardian_ends_the_system()
    {
        ActorSystem system = SystemOn(2);
        CellOf(system.ActorOf(Act(_ => { }))).ParentRef.SendSystem(new Pipeline.Kernel.Dispatch.Failed(
            (LocalActorRef)system.ActorOf(Act(_ => { })), new InvalidOperationException("decided to restart, not to end")));
        system.UserGuardian.ParentRef.SendSystem(
            new Pipeline.Kernel.Dispatch.Failed(system.UserGuardian.Self, new InvalidOperationException("escalated")));
        await system.WhenTerminated.WaitAsync(Patience);
    }

    [Fact]
    public async Task Decider_that_throws_makes_the_parent_fail()
    {
        IActorRef child = await ChildOf(
            new OneForOneStrategy(_ => throw new FormatException("decider")),
            Failing);
        Watch(child);
        await EventFilter.Exception<FormatException>().ExpectOneAsync(() => child.Tell(0));
        await ExpectTerminatedAsync(child);
    }

    [Fact]
    public void Default_decisions_are_those_of_the_rules()
    {
        IDecider decider = SupervisorStrategy.DefaultDecider;
        Assert.Equal(Directive.Stop, decider.Decide(new ActorInitializationException(null, "x")));
        Assert.Equal(Directive.Stop, decider.Decide(new PostRestartException(TestActor, new FormatException(), new FormatException())));
        Assert.Equal(Directive.Stop, decider.Decide(new ActorKilledException("x")));
        Assert.Equal(Directive.Stop, decider.Decide(new DeathPactException(TestActor)));
        Assert.Equal(Directive.Restart, decider.Decide(new FormatException()));
    }

    [Fact]
    public void Decider_takes_the_first_entry_that_matches()
    {
        IDecider decider = Decider.From(
            Directive.Escalate, Directive.Resume.When<ArgumentNullException>(), Directive.Stop.When<ArgumentException>());
        Assert.Equal(Directive.Resume, decider.Decide(new ArgumentNullException()));
        Assert.Equal(Directive.Stop, decider.Decide(new ArgumentOutOfRangeException()));
        Assert.Equal(Directive.Escalate, decider.Decide(new FormatException()));
    }

    [Fact]
    public async Task Strategy_in_Props_wins_over_the_actors_own()
    {
        IActorRef parent = ActorOf(Act(
            a =>
            {
                IActorRef child = a.Context.ActorOf(Act(Failing));
                a.OnAny(child.Forward);
            },
            new OneForOneStrategy(_ => Directive.Restart)).WithSupervisorStrategy(new OneForOneStrategy(_ =>
            {
                Say("props");
                return Directive.Stop;
            })));
        parent.Tell(0);
        await ExpectMsgAsync("props");
    }

    private static void Failing(Script a)
    {
        a.On<int>(_ => throw new InvalidOperationException("fail"));
        a.On<string>(m => a.Sender.Tell(m));
    }

    private async Task FailAsync(IActorRef child, int times)
    {
        for (int i = 0; i < times; i++)
        {
            child.Tell(0, ActorRefs.NoSender);
            child.Tell("alive", TestActor);
            await ExpectMsgAsync("alive");
        }
    }

    private async Task FailForGoodAsync(IActorRef child)
    {
        Watch(child);
        child.Tell(0, ActorRefs.NoSender);
        await ExpectTerminatedAsync(child);
    }

    private async Task<IActorRef> ChildOf(SupervisorStrategy strategy, Action<Script> script) => (await ChildrenOf(1, strategy, script))[0];

    private async Task<IActorRef[]> ChildrenOf(int count, SupervisorStrategy strategy, Action<Script> script)
    {
        var children = new TaskCompletionSource<IActorRef[]>();
        ActorOf(Act(a => children.TrySetResult([.. Enumerable.Range(0, count).Select(_ => a.Context.ActorOf(Act(script)))]), strategy));
        return await children.Task.WaitAsync(Patience);
    }
}
