namespace Pipeline.Kernel.Tests.Actor;

public sealed class LifecycleSpec : KernelSpec
{
    [Fact]
    public async Task Messages_told_before_the_constructor_has_run_are_kept_and_come_before_those_of_PreStart()
    {
        using var release = new ManualResetEventSlim();
        IActorRef actor = ActorOf(Act(a =>
        {
            release.Wait(Patience);
            a.PreStart = () => a.Self.Tell("from PreStart");
            a.OnAny(m => Say(m));
        }));
        actor.Tell("early");
        release.Set();
        await ExpectInOrderAsync("early", "from PreStart");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Failed_creation_stops_the_actor_without_PostStop_and_its_queue_is_lost(bool inConstructor)
    {
        using var release = new ManualResetEventSlim();
        TestProbe letters = CreateTestProbe();
        Sys.EventStream.Subscribe<DeadLetter>(letters.Ref);
        IActorRef actor = ActorOf(Act(a =>
        {
            a.PostStop = () => Say("PostStop");
            release.Wait(Patience);
            if (inConstructor)
            {
                throw new InvalidOperationException("boom");
            }

            a.PreStart = () => throw new InvalidOperationException("boom");
        }));
        Watch(actor);
        actor.Tell(1, ActorRefs.NoSender);
        actor.Tell(2, ActorRefs.NoSender);
        release.Set();
        await ExpectTerminatedAsync(actor);
        Assert.Equal(1, (await letters.ExpectMsgAsync<DeadLetter>()).Message);
        Assert.Equal(2, (await letters.ExpectMsgAsync<DeadLetter>()).Message);
        await ExpectNoMsgAsync();
    }

    [Fact]
    public async Task Parent_sees_the_real_cause_of_a_failed_creation()
    {
        ActorOf(Act(
            a => a.PreStart = () => a.Context.ActorOf(Act(_ => throw new FormatException("bad"))),
            new OneForOneStrategy(cause =>
            {
                Say((cause.GetType(), cause.InnerException!.GetType(), cause.InnerException.Message));
                return Directive.Stop;
            })));
        await ExpectMsgAsync((typeof(ActorInitializationException), typeof(FormatException), "bad"));
    }

    [Fact]
    public async Task Resume_of_a_failed_creation_tries_again_and_keeps_the_queue()
    {
        int attempts = 0;
        IActorRef parent = ActorOf(Act(
            a =>
            {
                IActorRef child = a.Context.ActorOf(Act(c =>
                {
                    if (++attempts < 3)
                    {
                        throw new InvalidOperationException("not yet");
                    }

                    c.OnAny(m => Say(m));
                }));
                a.OnAny(child.Forward);
            },
            new OneForOneStrategy(_ => Directive.Resume)));
        parent.Tell("kept");
        await ExpectMsgAsync("kept");
        Assert.Equal(3, attempts);
    }

    [Fact]
    public async Task Children_stop_before_their_parents()
    {
        Props Node(string name, int depth) => Act(a =>
        {
            a.PreStart = () =>
            {
                for (int i = 0; depth > 0 && i < 2; i++)
                {
                    a.Context.ActorOf(Node($"{name}{i}", depth - 1), $"{name}{i}");
                }

                Say($"+{name}");
            };
            a.PostStop = () => Say(name);
        });

        IActorRef root = ActorOf(Node("r", 2), "r");
        await ReceiveAsync(7);
        Watch(root);
        Sys.Stop(root);
        List<object> order = await ReceiveAsync(7);
        foreach (string parent in new[] { "r", "r0", "r1" })
        {
            Assert.True(order.IndexOf($"{parent}0") < order.IndexOf(parent), string.Join(' ', order));
            Assert.True(order.IndexOf($"{parent}1") < order.IndexOf(parent), string.Join(' ', order));
        }

        await ExpectTerminatedAsync(root);
        await AwaitAssertAsync(() => ActorOf(Act(_ => { }), "r"));
    }

    [Fact]
    public async Task Stopping_itself_lets_the_handler_run_to_its_end_and_no_further()
    {
        IActorRef actor = ActorOf(Act(a =>
        {
            a.OnAny(m =>
            {
                a.Context.Stop(a.Self);
                Say(m);
            });
            a.PostStop = () => Say("PostStop");
        }));
        actor.Tell(1);
        actor.Tell(2);
        await ExpectInOrderAsync(1, "PostStop");
        await ExpectNoMsgAsync();
    }

    [Fact]
    public async Task Poison_pill_waits_its_turn_and_kill_fails_the_actor()
    {
        IActorRef actor = ActorOf(Act(a => a.OnAny(m => Say(m))));
        Watch(actor);
        actor.Tell(1);
        actor.Tell(PoisonPill.Instance);
        actor.Tell(2);
        await ExpectMsgAsync(1);
        await ExpectTerminatedAsync(actor);
        IActorRef killed = ActorOf(Act(_ => { }));
        Watch(killed);
        await EventFilter.Exception<ActorKilledException>().ExpectOneAsync(() => killed.Tell(Kill.Instance));
        await ExpectTerminatedAsync(killed);
    }

    [Fact]
    public async Task ActorOf_on_a_stopping_actor_is_refused()
    {
        IActorRef actor = ActorOf(Act(a => a.PostStop = () =>
        {
            try
            {
                a.Context.ActorOf(Act(_ => { }));
            }
            catch (InvalidOperationException)
            {
                Say("refused");
            }
        }));
        Sys.Stop(actor);
        await ExpectMsgAsync("refused");
    }

    [Fact]
    public async Task PostStop_that_throws_does_not_hold_up_the_end()
    {
        IActorRef actor = ActorOf(Act(a => a.PostStop = () => throw new FormatException("late")), "x");
        Watch(actor);
        await EventFilter.Exception<FormatException>().ExpectOneAsync(() => Sys.Stop(actor));
        await ExpectTerminatedAsync(actor);
        await AwaitAssertAsync(() => ActorOf(Act(_ => { }), "x"));
    }

    [Fact]
    public async Task Stopping_twice_and_killing_twice_end_once()
    {
        IActorRef actor = ActorOf(Act(a => a.PostStop = () => Say("PostStop")));
        Watch(actor);
        actor.Tell(Kill.Instance);
        actor.Tell(Kill.Instance);
        Sys.Stop(actor);
        Sys.Stop(actor);
        await ExpectMsgAsync("PostStop");
        await ExpectTerminatedAsync(actor);
        await ExpectNoMsgAsync();
    }

    [Fact]
    public void New_of_an_actor_outside_of_Props_is_refused() =>
        Assert.Throws<ActorInitializationException>(() => new ScriptedActor(_ => { }, null));

    [Fact]
    public async Task New_of_an_actor_inside_of_a_handler_or_a_constructor_is_refused()
    {
        IActorRef actor = ActorOf(Act(a =>
        {
            Try();
            a.OnAny(_ => Try());
        }));
        actor.Tell("go");
        await ExpectInOrderAsync("refused", "refused");

        void Try()
        {
            try
            {
                _ = new ScriptedActor(_ => { }, null);
            }
            catch (ActorInitializationException)
            {
                Say("refused");
            }
        }
    }

    [Fact]
    public async Task Disposable_instances_are_disposed_on_restart_and_on_stop()
    {
        IActorRef actor = ActorOf(Props.Create(() => new DisposableActor(TestActor)));
        actor.Tell("fail");
        await ExpectMsgAsync("disposed 1");
        actor.Tell(PoisonPill.Instance);
        await ExpectMsgAsync("disposed 1");
        await ExpectNoMsgAsync();
    }

    [Fact]
    public async Task Forward_keeps_the_first_sender_and_no_sender_is_nobody()
    {
        IActorRef target = ActorOf(Act(a => a.OnAny(_ => Say(a.Sender.IsNobody() ? "nobody" : a.Sender))));
        IActorRef middle = ActorOf(Act(a => a.OnAny(target.Forward)));
        middle.Tell("x", TestActor);
        await ExpectMsgAsync(TestActor);
        middle.Tell("x", ActorRefs.NoSender);
        await ExpectMsgAsync("nobody");
    }

    private sealed class DisposableActor : ReceiveActor, IDisposable
    {
        private readonly IActorRef _test;
        private int _disposed;

        public DisposableActor(IActorRef test)
        {
            _test = test;
            Receive<string>(_ => throw new InvalidOperationException("fail"));
        }

        public void Dispose() => _test.Tell($"disposed {++_disposed}");
    }
}
