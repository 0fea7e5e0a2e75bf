namespace Pipeline.Kernel.Tests.Actor;

public sealed class AsyncHandlerSpec : KernelSpec
{
    [Fact]
    public async Task Self_sender_and_context_are_the_same_after_every_kind_of_await()
    {
        var gate = new TaskCompletionSource();
        IActorRef actor = ActorOf(Act(a => a.OnAsync<string>(async m =>
        {
            IActorRef sender = a.Sender;
            Check();
            await Task.Yield();
            Check();
            await Task.CompletedTask;
            Check();
            await Task.Run(async () => await Task.Yield());
            Check();
            await gate.Task;
            Check();
            ActorCell.Current!.ActorOf(Act(_ => { }));
            Say("same");

            void Check() => Assert.True(
                ReferenceEquals(ActorCell.Current?.Self, a.Self) && a.Sender.Equals(sender) && sender.Equals(TestActor));
        })));
        actor.Tell("go", TestActor);
        gate.SetResult();
        await ExpectMsgAsync("same");
    }

    [Fact]
    public async Task ConfigureAwait_false_leaves_the_actor()
    {
        IActorRef actor = ActorOf(Props.Create(() => new LeavingActor(TestActor)));
        actor.Tell("go");
        await ExpectMsgAsync("no context");
    }

    [Fact]
    public async Task Behaviour_can_be_changed_and_the_message_stashed_after_an_await()
    {
        IActorRef actor = ActorOf(Act(a => a.OnAsync<string>(async m =>
        {
            await Task.Yield();
            a.Stash.Stash();
            a.Become(() => a.On<string>(x => Say("second " + x)));
            a.Stash.UnstashAll();
        })));
        actor.Tell("1");
        actor.Tell("2");
        await ExpectInOrderAsync("second 1", "second 2");
    }

    [Fact]
    public async Task User_messages_pills_timers_and_timeouts_wait_for_the_handler_in_order()
    {
        var gate = new TaskCompletionSource();
        IActorRef actor = ActorOf(Act(a =>
        {
            a.OnAsync<TaskCompletionSource>(async source =>
            {
                a.Timers.StartSingleTimer("t", "timer", Second);
                Say("started");
                await source.Task;
                Say("ended");
            });
            a.On<string>(m => Say(m));
        }));
        Watch(actor);
        actor.Tell(gate);
        await ExpectMsgAsync("started");
        actor.Tell("first");
        Time.Advance(Second);
        actor.Tell("second");
        actor.Tell(PoisonPill.Instance);
        actor.Tell("never");
        await ExpectNoMsgAsync();
        gate.SetResult();
        await ExpectInOrderAsync("ended", "first", "timer", "second");
        await ExpectTerminatedAsync(actor);
    }

    [Fact]
    public async Task Failure_of_a_child_is_decided_after_the_handler()
    {
        var gate = new TaskCompletionSource();
        IActorRef parent = ActorOf(Act(
            a =>
            {
                IActorRef child = a.Context.ActorOf(Act(c => c.On<int>(_ => throw new InvalidOperationException("fail"))));
                a.OnAsync<string>(async _ =>
                {
                    child.Tell(1);
                    await gate.Task;
                    Say("handler ended");
                });
            },
            new OneForOneStrategy(_ =>
            {
                Say("decided");
                return Directive.Stop;
            })));
        parent.Tell("go");
        await ExpectNoMsgAsync();
        gate.SetResult();
        await ExpectInOrderAsync("handler ended", "decided");
    }

    [Fact]
    public async Task Children_that_end_during_the_await_are_gone_after_it()
    {
        var gate = new TaskCompletionSource();
        IActorRef parent = ActorOf(Act(a =>
        {
            IActorRef child = a.Context.ActorOf(Act(_ => { }));
            a.OnAsync<string>(async _ =>
            {
                Say(a.Context.GetChildren().Count());
                a.Context.Stop(child);
                await gate.Task;
                Say(a.Context.GetChildren().Count());
            });
        }));
        parent.Tell("go");
        await ExpectMsgAsync(1);
        await AwaitConditionAsync(() => Task.FromResult(CellOf(parent).ChildrenSnapshot().Length == 0));
        gate.SetResult();
        await ExpectMsgAsync(0);
    }

    [Theory]
    [InlineData("before")]
    [InlineData("after")]
    [InlineData("cancelled")]
    [InlineData("two")]
    [InlineData("not async")]
    public async Task Failures_of_a_handler_are_supervised_with_its_message(string kind)
    {
        IActorRef parent = ActorOf(Act(
            a =>
            {
                IActorRef child = a.Context.ActorOf(Act(c =>
                {
                    c.PreRestart = (_, message) => Say(message!);
                    c.OnAsync<string>(Fail);
                }));
                a.OnAny(child.Forward);
            },
            new OneForOneStrategy(cause =>
            {
                Say(cause.GetType());
                return Directive.Restart;
            })));
        parent.Tell(kind);
        await ExpectInOrderAsync(
            kind switch
            {
                "cancelled" => typeof(TaskCanceledException),
                "two" => typeof(AggregateException),
                _ => typeof(FormatException),
            },
            kind);

        static Task Fail(string kind) => kind switch
        {
            "before" => Before(),
            "after" => After(),
            "cancelled" => Task.FromCanceled(new CancellationToken(true)),
            "two" => Task.WhenAll(After(), After()),
            _ => throw new FormatException("at once"),
        };

        static async Task Before()
        {
            await Task.FromException(new FormatException("before"));
        }

        static async Task After()
        {
            await Task.Yield();
            throw new FormatException("after");
        }
    }

    [Fact]
    public async Task Handler_that_does_not_await_behaves_like_a_synchronous_one()
    {
        IActorRef actor = ActorOf(Act(a => a.OnAsync<int>(n =>
        {
            Say(n);
            return Task.CompletedTask;
        })));
        for (int n = 0; n < 100; n++)
        {
            actor.Tell(n);
        }

        await ExpectInOrderAsync([.. Enumerable.Range(0, 100).Cast<object>()]);
    }

    [Fact]
    public async Task Stop_during_an_await_lets_the_handler_finish_first()
    {
        var gate = new TaskCompletionSource();
        IActorRef actor = ActorOf(Holding(gate));
        Watch(actor);
        actor.Tell("go");
        await ExpectMsgAsync("holding");
        actor.Tell("queued");
        Sys.Stop(actor);
        await ExpectMsgAsync("child stopped");
        await ExpectNoMsgAsync();
        gate.SetResult();
        await ExpectInOrderAsync("finally", "PostStop");
        await ExpectTerminatedAsync(actor);
        await ExpectNoMsgAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Handler_longer_than_the_grace_is_abandoned(bool endsLater)
    {
        var gate = new TaskCompletionSource();
        IActorRef actor = ActorOf(Holding(gate));
        Watch(actor);
        actor.Tell("go");
        await ExpectMsgAsync("holding");
        Sys.Stop(actor);
        await ExpectMsgAsync("child stopped");
        Time.Advance(TimeSpan.FromSeconds(4.9));
        await ExpectNoMsgAsync();
        await EventFilter.Warning("abandoned").ExpectOneAsync(() => Time.Advance(TimeSpan.FromSeconds(0.1)));
        await ExpectMsgAsync("PostStop");
        await ExpectTerminatedAsync(actor);
        if (endsLater)
        {
            gate.SetResult();
            await ExpectNoMsgAsync();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restart_during_an_await_waits_for_the_handler_or_its_grace(bool graceExpires)
    {
        // The child is restarted because its parent is, and its parent leaves it alive.
        var gate = new TaskCompletionSource();
        var strategy = new OneForOneStrategy(_ => Directive.Restart);
        IActorRef? child = null;
        IActorRef parent = ActorOf(Act(a =>
        {
            a.PreRestart = (_, _) => { };
            child ??= a.Context.ActorOf(Act(c =>
            {
                c.PreRestart = (_, _) => Say("PreRestart");
                c.PostRestart = _ => Say("PostRestart");
                c.OnAsync<int>(async _ =>
                {
                    Say("holding");
                    try
                    {
                        await gate.Task;
                    }
                    finally
                    {
                        Say("finally");
                    }
                });
                c.On<string>(m => Say(m));
            }));
            a.On<int>(_ => throw new InvalidOperationException("fail"));
        }));
        await AwaitConditionAsync(() => Task.FromResult(Volatile.Read(ref child) is not null));
        IActorRef held = child!;
        held.Tell(1);
        await ExpectMsgAsync("holding");
        held.Tell("queued");
        parent.Tell(1);
        await AwaitConditionAsync(() => Task.FromResult(Time.ActiveTimers == 1));
        await ExpectNoMsgAsync();
        if (graceExpires)
        {
            Time.Advance(TimeSpan.FromSeconds(5));
            await ExpectInOrderAsync("PreRestart", "PostRestart", "queued");
            gate.SetResult();
            await ExpectNoMsgAsync();
            held.Tell("alive");
            await ExpectMsgAsync("alive");
        }
        else
        {
            gate.SetResult();
            await ExpectInOrderAsync("finally", "PreRestart", "PostRestart", "queued");
        }

        Assert.Equal(0, MailboxOf(held).SuspendCount);
    }

    [Fact]
    public async Task Shutdown_of_the_system_grants_the_grace_too()
    {
        var gate = new TaskCompletionSource();
        ActorSystem system = SystemOn(2);
        var ended = new TaskCompletionSource();
        IActorRef actor = system.ActorOf(Act(a => a.OnAsync<string>(async _ =>
        {
            Say("holding");
            await gate.Task;
            ended.SetResult();
        })));
        actor.Tell("go", ActorRefs.NoSender);
        await ExpectMsgAsync("holding");
        Task end = system.Terminate();
        Assert.False(end.IsCompleted);
        gate.SetResult();
        await ended.Task.WaitAsync(Patience);
        await end.WaitAsync(Patience);
    }

    private Props Holding(TaskCompletionSource gate) => Act(a =>
    {
        a.Context.ActorOf(Act(c => c.PostStop = () => Say("child stopped")));
        a.PostStop = () => Say("PostStop");
        a.OnAsync<string>(async _ =>
        {
            Say("holding");
            try
            {
                await gate.Task;
            }
            finally
            {
                Say("finally");
            }
        });
    });

    private sealed class LeavingActor : ReceiveActor
    {
        public LeavingActor(IActorRef test) => ReceiveAsync<string>(async _ =>
        {
            await Task.Run(() => Thread.Yield()).ConfigureAwait(false);
            await Task.Run(() => Thread.Yield()).ConfigureAwait(false);
            try
            {
                test.Tell(Self, ActorRefs.NoSender);
            }
            catch (NotSupportedException)
            {
                test.Tell("no context", ActorRefs.NoSender);
            }
        });
    }
}
